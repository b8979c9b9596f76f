#include "data/records/file_reader.h"

#include "data/records/json_array.h"
#include "data/records/parquet.h"
#include "data/records/table_reader.h"
#include "data/records/text_readers.h"

namespace twofold::records {

std::unique_ptr<FileReader> open_reader(const SourceFile& file, const Place& start) {
  switch (file.format) {
    case Format::kText:
      return make_whole_reader(Input(file.path, start));
    case Format::kLines:
      return make_line_reader(Input(file.path, start), /*is_json=*/false);
    case Format::kParagraphs:
      return make_paragraph_reader(Input(file.path, start));
    case Format::kJson:
      if (begins_with_array(Input(file.path))) return make_array_reader(Input(file.path, start));
      [[fallthrough]];
    case Format::kJsonl:
      return make_line_reader(Input(file.path, start), /*is_json=*/true);
    case Format::kCsv:
      return make_table_reader(file.path, ',', start);
    case Format::kTsv:
      return make_table_reader(file.path, '\t', start);
    case Format::kParquet:
      return make_parquet_reader(file.path, start);
    case Format::kAuto:
      break;
  }
  throw Bug("file.format", __FILE__, __LINE__, "find_files() settles every format");
}

}  // namespace twofold::records
