// Python's "…" % values: %s %r %d %i %u %f %F %e %E %g %G %x %X %o %%, with flags, width and
// precision in the format itself.

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

#include "jinja/compare.h"
#include "jinja/operators.h"
#include "jinja/print.h"
#include "unicode/character.h"

namespace twofold::jinja {
namespace {

constexpr int kMostDigits = 500;  // of a width or a precision

struct Conversion {
  std::string flags;
  int width = 0, precision = -1;
  std::string key;
  bool has_key = false;
  char letter = 0;
};

class PercentFormat {
 public:
  PercentFormat(Heap& heap, std::string_view format, const Value& values)
      : heap_(heap), format_(format), values_(values) {}

  std::string make() {
    while (at_ < format_.size()) {
      if (format_[at_] != '%') {
        out_ += format_[at_++];
      } else {
        ++at_;
        convert(read());
      }
      heap_.check_size(out_.size());
    }
    const bool listed = values_.is(Kind::kTuple);
    const bool indexed = values_.is_undefined() || values_.is(Kind::kDict) || values_.is_listed();
    const size_t given = listed ? values_.list->items.size() : indexed ? used_ : 1;
    if (used_ < given) refuse("not all values of a '%' are used by its format");
    return std::move(out_);
  }

 private:
  char peek() const {
    if (at_ >= format_.size()) refuse("the format of a '%' is incomplete");
    return format_[at_];
  }

  int read_number() {
    int number = 0;
    while (at_ < format_.size() && format_[at_] >= '0' && format_[at_] <= '9') {
      number = number * 10 + (format_[at_++] - '0');
      if (number > kMostDigits) refuse("a width of a '%' beyond 500");
    }
    return number;
  }

  Conversion read() {
    Conversion one;
    if (peek() == '(') {
      const size_t end = format_.find(')', at_);
      if (end == format_.npos) refuse("the format of a '%' is incomplete");
      one.key = format_.substr(at_ + 1, end - at_ - 1);
      one.has_key = true;
      at_ = end + 1;
    }
    while (std::string_view("-+ #0").find(peek()) != std::string_view::npos) {
      one.flags += format_[at_++];
    }
    one.width = read_number();
    if (peek() == '.') {
      ++at_;
      one.precision = read_number();
    }
    one.letter = peek();
    ++at_;
    return one;
  }

  Value next_value(const Conversion& one) {
    if (one.has_key) {
      if (!values_.is(Kind::kDict)) refuse("a '%' with names needs a dict");
      const Value* found = heap_.find(*values_.dict, one.key);
      if (!found) refuse(fmt::format("no '{}' for a '%'", one.key));
      return *found;
    }
    const bool listed = values_.is(Kind::kTuple);
    if (used_ >= (listed ? values_.list->items.size() : 1)) refuse("too few values for a '%'");
    return listed ? values_.list->items[used_++] : (++used_, values_);
  }

  void pad(const Conversion& one, const std::string& text) {
    const auto width = static_cast<size_t>(one.width);
    const size_t have = count_characters(text);
    const std::string space(width > have ? width - have : 0, ' ');
    out_ += one.flags.find('-') != std::string::npos ? text + space : space + text;
  }

  void convert(const Conversion& one) {
    if (one.letter == '%') {
      out_ += '%';
      return;
    }
    const Value value = next_value(one);
    const std::string letter(1, one.letter);
    if (letter == "s" || letter == "r") {
      pad(one, text_of(one, value));
    } else if (std::string_view("diu").find(letter) != std::string_view::npos) {
      number(one, value, "lld");
    } else if (std::string_view("xXo").find(letter) != std::string_view::npos) {
      if (!value.is_integer() || value.whole() < 0) refuse("'%x' and '%o' are for an int from 0");
      number(one, value, "ll" + letter);
    } else if (std::string_view("fFeEgG").find(letter) != std::string_view::npos) {
      real(one, value);
    } else {
      refuse(fmt::format("'%{}' is not known to twofold's templates", letter));
    }
  }

  std::string text_of(const Conversion& one, const Value& value) {
    std::string text;
    if (one.letter == 's') {
      print(heap_, text, value);
    } else {
      print_repr(heap_, text, value);
    }
    if (one.precision < 0) return text;
    size_t end = 0;
    for (int i = 0; i < one.precision && end < text.size(); ++i) {
      end += character_at(text, end).bytes;
    }
    return text.substr(0, end);
  }

  static std::string pattern(const Conversion& one, const std::string& letters) {
    const std::string precision = one.precision < 0 ? "" : fmt::format(".{}", one.precision);
    return fmt::format("%{}{}{}{}", one.flags, one.width > 0 ? std::to_string(one.width) : "",
                       precision, letters);
  }

  template <class Number>
  void put(const std::string& pattern, Number value) {
    char text[1200];
    std::snprintf(text, sizeof text, pattern.c_str(), value);
    out_ += text;
  }

  void number(const Conversion& one, const Value& value, const std::string& letters) {
    if (!value.is_number()) refuse(fmt::format("'%d' is not for a {}", type_name(value)));
    if (value.is(Kind::kFloat) && !(std::abs(value.real) < 9e18)) refuse("'%d' of a large float");
    const int64_t whole = value.is_integer() ? value.whole() : static_cast<int64_t>(value.real);
    put(pattern(one, letters), static_cast<long long>(whole));
  }

  void real(const Conversion& one, const Value& value) {
    if (!value.is_number()) refuse(fmt::format("'%f' is not for a {}", type_name(value)));
    if (!std::isfinite(value.number())) refuse("'%f' of a number that is not finite");
    put(pattern(one, std::string(1, one.letter)), value.number());
  }

  Heap& heap_;
  std::string_view format_;
  const Value& values_;
  size_t at_ = 0, used_ = 0;
  std::string out_;
};

}  // namespace

Value percent(Heap& heap, const Text& format, const Value& values) {
  if (format.safe) refuse("'%' of a text marked as safe");
  return heap.text(PercentFormat(heap, format.bytes, values).make());
}

}  // namespace twofold::jinja
