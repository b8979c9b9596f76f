// The writer of gguf.h.

#include <algorithm>
#include <cstring>
#include <set>
#include <type_traits>

#include "base/error.h"
#include "base/shape.h"
#include "formats/gguf.h"

namespace twofold::formats {
namespace {

constexpr uint32_t kVersion = 3;

uint64_t padding(uint64_t position) {
  return (kGgufDefaultAlignment - position % kGgufDefaultAlignment) % kGgufDefaultAlignment;
}

/// The header as bytes.
class Header {
 public:
  template <class T>
  void number(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  void text(const std::string& value) {
    number<uint64_t>(value.size());
    bytes_ += value;
  }

  void value(const GgufValue& value) {
    number(static_cast<uint32_t>(value.index()));
    std::visit([&](const auto& held) { scalar(held); }, value);
  }

  void pad() { bytes_.append(padding(bytes_.size()), '\0'); }
  const std::string& bytes() const { return bytes_; }

 private:
  template <class T>
  void scalar(const T& held) {
    if constexpr (std::is_same_v<T, GgufArray>) {
      array(held);
    } else if constexpr (std::is_same_v<T, std::string>) {
      text(held);
    } else if constexpr (std::is_same_v<T, bool>) {
      number<uint8_t>(held ? 1 : 0);
    } else {
      number(held);
    }
  }

  void array(const GgufArray& array) {
    number(static_cast<uint32_t>(array.index()));
    std::visit(
        [&](const auto& held) {
          if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
            TWOFOLD_EXPECT(false, "GGUF has no arrays of arrays");
          } else {
            using Element = typename std::decay_t<decltype(held)>::value_type;
            number<uint64_t>(held.size());
            for (const Element& element : held) scalar<Element>(element);
          }
        },
        array);
  }

  std::string bytes_;
};

uint64_t elements_of(const GgufTensorToWrite& tensor) {
  return static_cast<uint64_t>(element_count(tensor.shape));
}

void check(const GgufMetadata& metadata, const std::vector<GgufTensorToWrite>& tensors) {
  std::set<std::string> names;
  for (const auto& [key, value] : metadata) {
    TWOFOLD_EXPECT(!key.empty() && key != kGgufAlignmentKey && names.insert(key).second,
                   "metadata key `" + key + "` cannot be written");
  }
  names.clear();
  for (const GgufTensorToWrite& tensor : tensors) {
    TWOFOLD_EXPECT(names.insert(tensor.name).second, "two tensors are called " + tensor.name);
    TWOFOLD_EXPECT(tensor.name.size() <= kGgufMaxNameBytes && !tensor.shape.empty() &&
                       tensor.shape.size() <= kGgufMaxDimensions,
                   "tensor " + tensor.name + " cannot be written");
  }
}

}  // namespace

GgufWriter::GgufWriter(const Path& path, const GgufMetadata& metadata,
                       std::vector<GgufTensorToWrite> tensors)
    : file_(path, OutputFile::Mode::kTruncate), tensors_(std::move(tensors)) {
  check(metadata, tensors_);
  Header header;
  for (const char letter : {'G', 'G', 'U', 'F'}) header.number(letter);
  header.number(kVersion);
  header.number<uint64_t>(tensors_.size());
  header.number<uint64_t>(metadata.size());
  for (const auto& [key, value] : metadata) {
    header.text(key);
    header.value(value);
  }
  uint64_t offset = 0;
  for (const GgufTensorToWrite& tensor : tensors_) {
    header.text(tensor.name);
    header.number(static_cast<uint32_t>(tensor.shape.size()));
    std::for_each(tensor.shape.rbegin(), tensor.shape.rend(),
                  [&](int64_t size) { header.number<uint64_t>(static_cast<uint64_t>(size)); });
    header.number(static_cast<uint32_t>(tensor.type));
    header.number(offset);
    offset += ggml_bytes(tensor.type, elements_of(tensor));
    offset += padding(offset);
  }
  header.pad();
  file_.write(header.bytes());
}

uint64_t GgufWriter::elements_left() const {
  return current_ == tensors_.size() ? 0 : elements_of(tensors_[current_]) - written_;
}

void GgufWriter::append(std::span<const float> rows) {
  TWOFOLD_EXPECT(!rows.empty() && rows.size() <= elements_left(),
                 "more values than the tensor has");
  const GgmlType type = tensors_[current_].type;
  buffer_.resize(ggml_bytes(type, rows.size()));
  encode_ggml(type, rows, buffer_);
  file_.write(buffer_);
  written_ += rows.size();
  if (elements_left() > 0) return;
  pad();
  ++current_;
  written_ = 0;
}

void GgufWriter::pad() { file_.write(std::string(padding(file_.position()), '\0')); }

void GgufWriter::close() {
  TWOFOLD_EXPECT(current_ == tensors_.size(), "a tensor was not written");
  file_.close();
}

}  // namespace twofold::formats
