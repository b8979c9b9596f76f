#include "cli/faults.h"

#include <filesystem>
#include <new>

namespace {

twofold::Problem out_of_memory() {
  return {.what = "not enough memory",
          .where = "this machine, or the limit that this process has",
          .expected = "as much as the settings ask for",
          .found = "a request that was refused",
          .hint =
              "see `twofold plan`; lower training/per_device_batch_size, training/batch_size or "
              "the sizes of the model"};
}

}  // namespace

std::optional<twofold::Problem> machine_problem(const std::exception& fault) {
  if (const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&fault)) {
    return twofold::Problem{.what = "the file system refused",
                            .where = file->path1().string(),
                            .expected = "files and folders that can be used",
                            .found = file->code().message(),
                            .hint = "see whether the path, its owner and its mode are in order"};
  }
  const bool refused = dynamic_cast<const std::bad_alloc*>(&fault) != nullptr ||
                       dynamic_cast<const std::length_error*>(&fault) != nullptr;
  // libtorch's own: c10::Error, known by its text.
  const bool torch =
      std::string_view(fault.what()).find("can't allocate memory") != std::string::npos;
  if (refused || torch) return out_of_memory();
  return std::nullopt;
}
