#pragma once
// TFRecord, the frame of TensorBoard's event files: length, check, bytes, check.
// https://www.tensorflow.org/tutorials/load_data/tfrecord

#include <optional>
#include <string>
#include <string_view>

namespace twofold::formats {

std::string tfrecord(std::string_view bytes);

/// The records of a file, one after the other.
class TfrecordReader {
 public:
  explicit TfrecordReader(std::string_view file) : file_(file) {}
  /// Nothing at the end, and where a record is torn or damaged.
  std::optional<std::string_view> next();
  /// Where the next record begins: so much of the file is sound.
  size_t position() const { return at_; }

 private:
  std::string_view file_;
  size_t at_ = 0;
};

}  // namespace twofold::formats
