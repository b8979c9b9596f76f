#include "formats/file_kind.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "base/error.h"
#include "unicode/utf8.h"

namespace twofold::formats {
namespace {

using namespace std::string_view_literals;

/// What makes a signature one: its bytes alone; its bytes in a file that is no text, since a text
/// may begin with the same letters; or its letters, large or small.
enum class Fits { kAlways, kInBinary, kInAnyCase };

struct Signature {
  size_t at;  ///< where the bytes stand
  std::string_view bytes;
  FileKind kind;
  Fits fits = Fits::kAlways;
};

constexpr auto kUnpack = "unpack it first"sv;
constexpr auto kSaveAgain =
    "load it with transformers and save it: save_pretrained writes safetensors"sv;
constexpr auto kToJsonLines =
    R"(write it as JSON lines first: datasets.load_dataset(…)["train"].to_json("text.jsonl"))"sv;
constexpr auto kAnotherFile = "give another file: check the path"sv;

constexpr FileKind kUtf16 = {"text in UTF-16",
                             "convert it to UTF-8: iconv -f UTF-16 -t UTF-8 FILE > NEW"};
constexpr FileKind kUtf32 = {"text in UTF-32",
                             "convert it to UTF-8: iconv -f UTF-32 -t UTF-8 FILE > NEW"};
constexpr FileKind kPickle = {"a Python pickle, as PyTorch's older files are", kSaveAgain};
constexpr FileKind kPage = {"a web page (HTML)",
                            "the download gave a page instead of the file: log in, and try again",
                            /*is_also_text=*/true};

// The first that fits counts: a longer signature stands before one that it begins with.
constexpr auto kSignatures = std::to_array<Signature>({
    {0,
     "version https://git-lfs.github.com/spec/"sv,
     {"a git-lfs pointer, which stands for a file that was not downloaded",
      "run `git lfs pull` in the repository, or download the file itself"}},
    {0,
     "/annex/objects/"sv,
     {"a git-annex pointer, which stands for a file that was not downloaded",
      "run `git annex get` on it, or download the file itself"}},
    {0, "\xFF\xFE\0\0"sv, kUtf32},
    {0, "\0\0\xFE\xFF"sv, kUtf32},
    {0, "\xFF\xFE"sv, kUtf16},
    {0, "\xFE\xFF"sv, kUtf16},
    {0, "\x1F\x8B\x08"sv, {"a file packed by gzip", kUnpack}},
    {0, "\x28\xB5\x2F\xFD"sv, {"a file packed by zstd", kUnpack}},
    {0, "\xFD\x37zXZ\0"sv, {"a file packed by xz", kUnpack}},
    {0, "\x04\x22\x4D\x18"sv, {"a file packed by lz4", kUnpack}},
    {4, "1AY&SY"sv, {"a file packed by bzip2", kUnpack}, Fits::kInBinary},
    {0, "7z\xBC\xAF\x27\x1C"sv, {"a 7-Zip archive", kUnpack}},
    {0, "PK\x03\x04"sv, {"a zip archive, as PyTorch's files are too", kUnpack}},
    {257, "ustar"sv, {"a tar archive", kUnpack}, Fits::kInBinary},
    {0, "PAR1"sv, {"a Parquet file", kToJsonLines}, Fits::kInBinary},
    {0, "ARROW1\0"sv, {"an Arrow file", kToJsonLines}},
    {8, "\x10\0\0\0\0\0\x0A\0\x0E\0"sv, {"an Arrow stream", kToJsonLines}},
    {0, "ORC"sv, {"an ORC file", kToJsonLines}, Fits::kInBinary},
    {0, "Obj\x01"sv, {"an Avro file", kToJsonLines}},
    {0, "SQLite format 3\0"sv, {"an SQLite database", kToJsonLines}},
    {0, "\x89HDF\r\n\x1A\n"sv, {"an HDF5 file", kSaveAgain}},
    {0, "\x93NUMPY"sv, {"a NumPy array", kAnotherFile}},
    {0,
     "GGUF"sv,
     {"a GGUF file", "give the Hugging Face folder that it was made from"},
     Fits::kInBinary},
    {4, "\0\0\0\0{\""sv, {"a safetensors file", kAnotherFile}},  // behind the header's length
    {0, "\x80\x02"sv, kPickle},
    {0, "\x80\x03"sv, kPickle},
    {0, "\x80\x04"sv, kPickle},
    {0, "%PDF-"sv, {"a PDF document", "take its text out first (pdftotext)"}, Fits::kInBinary},
    {0, "\x89PNG"sv, {"a picture (PNG)", kAnotherFile}},
    {0, "\xFF\xD8\xFF"sv, {"a picture (JPEG)", kAnotherFile}},
    {0, "\x7F\x45LF"sv, {"a program", kAnotherFile}},
    {0, "<!doctype html"sv, kPage, Fits::kInAnyCase},
    {0, "<html"sv, kPage, Fits::kInAnyCase},
});

bool is_control(char letter) {
  constexpr auto kInTexts = "\t\n\v\f\r\x1B"sv;
  return static_cast<unsigned char>(letter) < 0x20 && kInTexts.find(letter) == kInTexts.npos;
}

/// Whether no text begins like this: control characters, or bytes that are not UTF-8.
bool is_binary(std::string_view head) {
  constexpr size_t kCutOff = 3;  // bytes that the last character may have, and lack its rest
  return std::any_of(head.begin(), head.end(), is_control) ||
         valid_utf8_prefix(head) + kCutOff < head.size();
}

bool same_letter(char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); }

bool fits(const Signature& signature, std::string_view head) {
  if (head.size() < signature.at + signature.bytes.size()) return false;
  const std::string_view found = head.substr(signature.at, signature.bytes.size());
  if (signature.fits == Fits::kInAnyCase) {
    return std::equal(found.begin(), found.end(), signature.bytes.begin(), same_letter);
  }
  return found == signature.bytes && (signature.fits == Fits::kAlways || is_binary(head));
}

}  // namespace

const FileKind* kind_of_bytes(std::string_view head) {
  head = head.substr(0, kKindBytes);
  const auto* const found =
      std::find_if(kSignatures.begin(), kSignatures.end(),
                   [&](const Signature& signature) { return fits(signature, head); });
  return found == kSignatures.end() ? nullptr : &found->kind;
}

const FileKind* kind_of_file(const Path& path) {
  std::array<char, kKindBytes> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  return kind_of_bytes({head.data(), static_cast<size_t>(file.gcount())});
}

void refuse_known_kind(std::string_view head, const std::string& where,
                       const std::string& expected) {
  const FileKind* kind = kind_of_bytes(head);
  if (!kind) return;
  fail({.what = "not the kind of file that belongs here",
        .where = where,
        .expected = expected,
        .found = std::string(kind->name),
        .hint = std::string(kind->hint)});
}

}  // namespace twofold::formats
