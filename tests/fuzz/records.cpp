// A file of records out of one input: a byte for its format, then the file, which may be
// compressed. Every record is read as an example, and once more from the cursor in front of it.
#include "data/forms/forms.h"
#include "data/records/reader.h"
#include "input.h"

namespace {

using namespace twofold;
using records::Format;

constexpr Format kFormats[] = {Format::kText, Format::kLines, Format::kParagraphs, Format::kJsonl,
                               Format::kJson, Format::kCsv,   Format::kTsv};
constexpr int kMostRecords = 64;

void read_example(const records::SourceFile& file, const records::Record& record) {
  fuzz::accept_errors([&] {
    records::Content content = records::content_of(file, record);
    forms::Forms forms({});
    const auto* const object = std::get_if<nlohmann::ordered_json>(&content);
    if (object) forms.settle(*object, "input");
    const forms::Example example = forms.read(std::move(content), "input");
    const auto* const chat = std::get_if<forms::Conversation>(&example.content);
    if (chat && chat->trained.size() != chat->row["messages"].size()) std::abort();
  });
  fuzz::accept_errors([&] { records::repaired_content_of(file, record); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const fuzz::MemoryFile memory(data + 1, size - 1);
  const std::vector<records::SourceFile> files = {
      {.name = "input",
       .path = memory.path(),
       .bytes = static_cast<int64_t>(size - 1),
       .format = kFormats[data[0] % std::size(kFormats)]}};
  return fuzz::accept_errors([&] {
    records::Reader reader(files);
    records::Record record, again;
    records::Cursor before = reader.cursor();
    for (int i = 0; i < kMostRecords && reader.next(record); ++i) {
      read_example(files[0], record);
      if (!records::Reader(files, before).next(again)) std::abort();
      if (again.text != record.text || again.line != record.line) std::abort();
      before = reader.cursor();
    }
  });
}
