#pragma once
// Where a dataset lies and what the small JSON files beside its tokens say.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "data/read/dataset.h"

namespace twofold {

const char* split_name(Split split);  ///< "train" or "val"

/// `<data_root>/<label>`. Throws an Error with near names if there is no such folder.
Path dataset_folder(const Path& data_root, const std::string& label);

/// The split's token file, `<split><infix>.bin`.
Path token_path(const Path& folder, Split split, const std::string& infix = "");

/// True if the split's token file has more than one byte. (Other programs
/// leave a file of no bytes, or of one, for a split without rows.)
bool has_split(const Path& folder, Split split, const std::string& infix = "");

/// Throws an Error unless the folder has that split.
void require_split(const Path& folder, Split split, const std::string& infix = "");

struct Shape {
  int64_t rows = 0, width = 0;
};

/// `shape.json`: [rows, width] of `<split>`, or of `<split>/<side>` for a contrastive folder.
/// Throws an Error for a missing file, a missing entry or one that is not two whole numbers.
Shape read_shape(const Path& folder, Split split, const std::string& side = "");

/// `pad_token` of the folder's config.json, or what its `result` says was taken in place of it; 0
/// without that file or without that entry.
int32_t read_pad_token(const Path& folder);

/// What stands behind each document of a stream.
struct DocumentEnd {
  int32_t id = 0;           ///< the end-of-text token
  bool begins_next = true;  ///< whether the next document begins with it, or behind it
};

/// By the tokenizing job's arguments in the folder's config.json. Throws an Error without them.
DocumentEnd read_document_end(const Path& folder);

/// Throws an Error naming `path` unless its `tokens` tokens are as many as `shape`, from
/// shape.json, says.
void require_shape(const Path& path, int64_t tokens, const Shape& shape);

}  // namespace twofold
