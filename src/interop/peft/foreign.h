#pragma once
// Folders of adapters that other programs than PEFT wrote: recognised, so that whoever has one is
// told what it is.

#include "base/files.h"
#include "formats/json_reader.h"

namespace twofold {

/// Refuses the adapter_config.json of another program by its name.
void refuse_foreign(const formats::JsonReader& reader, const Path& folder);
/// Refuses a folder without that file.
[[noreturn]] void fail_no_config(const Path& folder);

}  // namespace twofold
