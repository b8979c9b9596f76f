#pragma once
// Records of a .wandb file: the messages of wandb/proto/wandb_internal.proto that an offline run
// needs.

#include <map>
#include <string>
#include <string_view>

#include "formats/protobuf.h"

namespace twofold::wandb {

/// The field of a Record that says which kind it is.
enum RecordField : uint32_t {
  kNumber = 1,
  kHistory = 2,
  kSummaryRecord = 3,
  kConfig = 5,
  kMetric = 12,
  kRun = 17,
  kExit = 18,
  kHeader = 21,
};

/// Key -> value, as JSON.
using Items = std::map<std::string, std::string>;

/// What a config, a summary (in their field 1, "update") and a row of the history ("item") hold.
formats::MessageWriter items_message(const Items& items);
Items read_items(std::string_view message);

struct RunRecord {
  std::string id = {}, project = {}, group = {}, name = {};
  Items config = {};
  double start_time = 0;  ///< seconds since 1970
};
formats::MessageWriter run_message(const RunRecord& run);
/// Its config and start time.
RunRecord read_run(std::string_view message);

}  // namespace twofold::wandb
