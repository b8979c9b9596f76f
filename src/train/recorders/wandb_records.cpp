#include "train/recorders/wandb_records.h"

#include <unistd.h>

#include <array>
#include <cmath>

namespace twofold::wandb {
namespace {

using formats::MessageReader;
using formats::MessageWriter;

enum ItemField : uint32_t { kKey = 1, kNestedKey = 2, kJson = 16 };
enum RunField : uint32_t {
  kRunId = 1,
  kProject = 3,
  kRunConfig = 4,
  kGroup = 6,
  kDisplayName = 8,
  kHost = 13,
  kStartTime = 17,
};
enum TimestampField : uint32_t { kSeconds = 1, kNanoseconds = 2 };
constexpr uint32_t kItems = 1;

}  // namespace

MessageWriter items_message(const Items& items) {
  MessageWriter message;
  for (const auto& [key, json] : items) {
    message.message(kItems, MessageWriter().bytes(kKey, key).bytes(kJson, json));
  }
  return message;
}

Items read_items(std::string_view message) {
  Items items;
  MessageReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number != kItems) continue;
    const std::string key(formats::field_of(field->bytes, kKey));
    items[key] = formats::field_of(field->bytes, kJson);
  }
  return items;
}

MessageWriter run_message(const RunRecord& run) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const double whole = std::floor(run.start_time);
  const MessageWriter start =
      MessageWriter()
          .integer(kSeconds, static_cast<int64_t>(whole))
          .integer(kNanoseconds, static_cast<int64_t>((run.start_time - whole) * 1e9));
  return MessageWriter()
      .bytes(kRunId, run.id)
      .bytes(kProject, run.project)
      .message(kRunConfig, items_message(run.config))
      .bytes(kGroup, run.group)
      .bytes(kDisplayName, run.name)
      .bytes(kHost, host.data())
      .message(kStartTime, start);
}

RunRecord read_run(std::string_view message) {
  RunRecord run{.config = read_items(formats::field_of(message, kRunConfig))};
  MessageReader reader(formats::field_of(message, kStartTime));
  while (const auto field = reader.next()) {
    const auto number = static_cast<double>(field->integer);
    run.start_time += field->number == kSeconds ? number : number * 1e-9;
  }
  return run;
}

}  // namespace twofold::wandb
