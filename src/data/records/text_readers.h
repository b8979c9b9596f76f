#pragma once
// Readers of files in which records are texts.

#include <memory>

#include "data/records/file_reader.h"

namespace twofold::records {

std::unique_ptr<FileReader> make_whole_reader(Input input);
std::unique_ptr<FileReader> make_line_reader(Input input, bool is_json);
std::unique_ptr<FileReader> make_paragraph_reader(Input input);

}  // namespace twofold::records
