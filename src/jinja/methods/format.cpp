// "…".format(…): fields by place, by name and by what is inside of them, without format settings.

#include <fmt/format.h>

#include <charconv>

#include "jinja/access.h"
#include "jinja/methods/methods.h"
#include "jinja/print.h"

namespace twofold::jinja {
namespace {

class BraceFormat {
 public:
  explicit BraceFormat(const Call& call) : call_(call), format_(call.self.bytes()) {}

  std::string make() {
    while (at_ < format_.size()) {
      const char c = format_[at_++];
      const bool doubled = at_ < format_.size() && format_[at_] == c;
      if ((c == '{' || c == '}') && doubled) {
        out_ += c;
        ++at_;
      } else if (c == '}') {
        refuse("'format' with a single '}'");
      } else if (c == '{') {
        field();
      } else {
        out_ += c;
      }
      call_.heap.check_size(out_.size());
    }
    return std::move(out_);
  }

 private:
  void field() {
    const size_t end = format_.find('}', at_);
    if (end == format_.npos) refuse("'format' with a '{' that is not closed");
    const std::string_view name = format_.substr(at_, end - at_);
    if (name.find_first_of(":!{") != name.npos) {
      refuse("settings in the fields of 'format' are not known to twofold's templates");
    }
    at_ = end + 1;
    print(call_.heap, out_, value_of(name));
  }

  Value value_of(std::string_view name) {
    const size_t first = std::min(name.find_first_of(".["), name.size());
    Value value = argument(name.substr(0, first));
    for (size_t at = first; at < name.size();) {
      const bool bracket = name[at] == '[';
      const size_t end = bracket ? name.find(']', at) : name.find_first_of(".[", at + 1);
      if (bracket && end == name.npos) refuse("'format' with a '[' that is not closed");
      const std::string_view part = name.substr(at + 1, std::min(end, name.size()) - at - 1);
      const Value key = key_of(part);
      value = bracket ? item(call_.heap, value, key)
                      : attribute(call_.heap, value, *call_.heap.text_of_kept(part).text);
      at = bracket ? end + 1 : std::min(end, name.size());
    }
    return value;
  }

  Value key_of(std::string_view part) {
    int64_t number = 0;
    const char* const end = part.data() + part.size();
    const auto read = std::from_chars(part.data(), end, number);
    const bool is_number =
        !part.empty() && part[0] != '-' && read.ptr == end && read.ec == std::errc();
    return is_number ? Value::of(number) : call_.heap.text_of_kept(part);
  }

  Value argument(std::string_view name) {
    const auto& places = call_.given.places;
    const Value key = name.empty() ? Value::of(next_++) : key_of(name);
    if (key.is_integer()) {
      const auto place = static_cast<size_t>(key.whole());
      if (place >= places.size()) refuse("'format' with more fields than arguments");
      return places[place];
    }
    for (const auto& [given, value] : call_.given.names) {
      if (given == name) return value;
    }
    refuse(fmt::format("'format' without an argument '{}'", name));
  }

  const Call& call_;
  std::string_view format_;
  size_t at_ = 0, next_ = 0;
  std::string out_;
};

}  // namespace

Value text_format(const Call& call) { return call.heap.text(BraceFormat(call).make()); }

}  // namespace twofold::jinja
