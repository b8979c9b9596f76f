#pragma once
// The cache in which Hugging Face's programs keep what they have downloaded: an entry
// models--ORG--NAME of each model, with a folder snapshots/COMMIT of each state of it. Nothing is
// downloaded here.

#include <string>

#include "base/files.h"

namespace twofold::formats {

/// The folder that a user means by `named`. What exists is itself, but the root of a cache's entry
/// is its snapshot of `main`. "ORG/NAME" that does not exist is the entry of that name in this
/// user's cache (HF_HUB_CACHE, HF_HOME, ~/.cache/huggingface), if it is there. Anything else is
/// `named`. Throws an Error for an entry that does not say which snapshot is meant.
Path hub_folder(const Path& named);

/// What is found where nothing is: `nothing`, and of a model's name that it is not in the cache
/// either.
std::string absence(const Path& named, const std::string& nothing = "no such folder");

}  // namespace twofold::formats
