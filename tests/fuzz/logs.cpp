// What is read back of logs for other programs: TensorBoard's records, W&B's log, and the messages
// in both.
#include "formats/protobuf.h"
#include "formats/tfrecord.h"
#include "formats/wandb_log.h"
#include "input.h"

namespace {

using namespace twofold;

void read_message(std::string_view message, int depth) {
  formats::MessageReader reader(message);
  size_t bytes = 0;
  while (const auto field = reader.next()) {
    bytes += field->bytes.size() + 1;
    if (bytes > message.size()) std::abort();
    if (depth > 0) read_message(field->bytes, depth - 1);
  }
}

void read_tfrecords(std::string_view file) {
  formats::TfrecordReader reader(file);
  std::string again;
  while (const auto record = reader.next()) {
    again += formats::tfrecord(*record);
    read_message(*record, 4);
  }
  if (file.substr(0, reader.position()) != again) std::abort();
}

void read_wandb_log(std::string_view file) {
  formats::WandbLogReader reader(file);
  for (size_t before = reader.position(); const auto record = reader.next();) {
    if (reader.position() <= before || reader.position() > file.size()) std::abort();
    before = reader.position();
    read_message(*record, 4);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  return fuzz::accept_errors([&] {
    read_message(bytes, 4);
    read_tfrecords(bytes);
    read_wandb_log(bytes);
  });
}
