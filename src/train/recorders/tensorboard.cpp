#include "train/recorders/tensorboard.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>

#include "base/folders.h"
#include "base/text.h"
#include "formats/protobuf.h"
#include "formats/tfrecord.h"

namespace twofold {
namespace {

using formats::MessageWriter;

// Fields of tensorboard/compat/proto: Event, Summary.Value, SummaryMetadata, TensorProto.
enum EventField : uint32_t { kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5 };
enum ValueField : uint32_t { kTag = 1, kSimpleValue = 2, kTensor = 8, kMetadata = 9 };
constexpr uint32_t kValueOfSummary = 1;

double unix_time() {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return now.count();
}

/// The event file in the folder, or the name of a new one.
Path event_file(const Path& folder) {
  for (const Path& entry : entries_in(folder)) {
    if (entry.filename().string().find(".tfevents.") != std::string::npos) return entry;
  }
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return folder / fmt::format("events.out.tfevents.{:010}.{}.{}.0",
                              static_cast<int64_t>(unix_time()), host.data(), ::getpid());
}

bool holds_scalars(std::string_view event) {
  const std::string_view value =
      formats::field_of(formats::field_of(event, kSummary), kValueOfSummary);
  return !formats::field_of(value, kSimpleValue).empty();
}

/// Markdown that shows a text as it is.
std::string as_code(const std::string& text) {
  std::string code;
  for (const std::string& line : split(text, '\n')) code += "    " + line + "\n";
  return code;
}

std::string text_event(const std::string& tag, const std::string& text, int64_t step) {
  constexpr int64_t kString = 7;
  const MessageWriter dimension = MessageWriter().integer(1, 1);
  const MessageWriter shape = MessageWriter().message(2, dimension);
  const MessageWriter tensor = MessageWriter().integer(1, kString).message(2, shape).bytes(8, text);
  const MessageWriter plugin = MessageWriter().bytes(1, "text");
  const MessageWriter value = MessageWriter()
                                  .bytes(kTag, tag)
                                  .message(kTensor, tensor)
                                  .message(kMetadata, MessageWriter().message(1, plugin));
  return MessageWriter()
      .number(kWallTime, unix_time())
      .integer(kStep, step)
      .message(kSummary, MessageWriter().message(kValueOfSummary, value))
      .text();
}

}  // namespace

int64_t TensorBoard::open(int64_t points) {
  make_folders(folder_);
  path_ = event_file(folder_);
  int64_t kept = 0;
  uint64_t keep = 0;
  bool has_config = false;
  const std::string config = as_code(config_);
  if (std::filesystem::exists(path_)) {
    const MappedFile file(path_);
    formats::TfrecordReader records(
        {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()});
    while (kept < points) {
      const std::optional<std::string_view> event = records.next();
      if (!event) break;
      if (holds_scalars(*event)) ++kept;
      has_config = has_config || event->find(config) != std::string_view::npos;
      keep = records.position();
    }
  }
  std::error_code ignored;  // opening the file for writing reports what is wrong with it
  std::filesystem::resize_file(path_, keep, ignored);
  file_.emplace(path_, OutputFile::Mode::kAppend);
  if (keep == 0) {
    append(
        MessageWriter().number(kWallTime, unix_time()).bytes(kFileVersion, "brain.Event:2").text());
  }
  if (!has_config) append(text_event("config", config, 0));
  return kept;
}

void TensorBoard::append(const std::string& event) {
  file_.value().write(formats::tfrecord(event));
  file_.value().flush();
}

void TensorBoard::add(const LogPoint& point) {
  MessageWriter summary;
  for (const auto& [tag, value] : point.values) {
    summary.message(kValueOfSummary, MessageWriter().bytes(kTag, tag).number(
                                         kSimpleValue, static_cast<float>(value)));
  }
  append(MessageWriter()
             .number(kWallTime, point.wall_time)
             .integer(kStep, point.step)
             .message(kSummary, summary)
             .text());
}

void TensorBoard::add_text(const std::string& tag, const std::string& text, int64_t step) {
  append(text_event(tag, as_code(text), step));
}

void TensorBoard::sync() { sync_path(path_); }

}  // namespace twofold
