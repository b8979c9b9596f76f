#pragma once
// The values of a template, which mean what Python's do: a small value is held, a large one pointed
// at. All are owned by the Heap of one rendering (or, as constants, by the template) and go with
// it.

#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace twofold::jinja {

enum class Kind : uint8_t {
  kUndefined,
  kNone,
  kBool,
  kInt,
  kFloat,
  kText,
  kList,
  kTuple,
  kRange,
  kView,      ///< dict.keys(), .values(), .items()
  kIterator,  ///< what is gone through once, and has no length
  kDict,
  kNamespace,
  kMacro,
  kLoop,
  kFunction,
  kMethod,  ///< a function with the value it was taken from
};

struct Text {
  std::string_view bytes;  ///< valid UTF-8
  size_t characters = 0;
  bool safe = false;  ///< marked so by the filter `safe`
  bool ascii() const { return characters == bytes.size(); }
};

struct List;
struct Dict;
struct Namespace;
struct Macro;
struct Function;
struct Method;
class Loop;

struct Value {
  Kind kind = Kind::kUndefined;
  union {
    const Text* text = nullptr;  ///< of kUndefined: what is undefined, or null
    bool flag;
    int64_t integer;
    double real;
    List* list;  ///< of all kinds from kList to kIterator
    Dict* dict;
    Namespace* space;
    const Macro* macro;
    Loop* loop;
    const Function* function;
    const Method* method;
  };

  static Value none() { return made(Kind::kNone); }
  static Value of(bool flag) { return made(Kind::kBool, &Value::flag, flag); }
  static Value of(int64_t number) { return made(Kind::kInt, &Value::integer, number); }
  static Value of(size_t count) { return of(static_cast<int64_t>(count)); }
  static Value of(double number) { return made(Kind::kFloat, &Value::real, number); }
  static Value of(const Text& text) { return made(Kind::kText, &Value::text, &text); }
  static Value of(Kind kind, List& list) { return made(kind, &Value::list, &list); }
  static Value of(List& list) { return of(Kind::kList, list); }
  static Value of(Dict& dict) { return made(Kind::kDict, &Value::dict, &dict); }
  static Value of(Namespace& space) { return made(Kind::kNamespace, &Value::space, &space); }
  static Value of(const Macro& macro) { return made(Kind::kMacro, &Value::macro, &macro); }
  static Value of(Loop& loop) { return made(Kind::kLoop, &Value::loop, &loop); }
  static Value of(const Function& one) { return made(Kind::kFunction, &Value::function, &one); }
  static Value of(const Method& one) { return made(Kind::kMethod, &Value::method, &one); }
  static Value undefined(const Text* what = nullptr) {
    return made(Kind::kUndefined, &Value::text, what);
  }

  bool is(Kind other) const { return kind == other; }
  bool is_undefined() const { return kind == Kind::kUndefined; }
  bool is_text() const { return kind == Kind::kText; }
  /// A list, a tuple or anything else that is kept as a List.
  bool is_listed() const { return kind >= Kind::kList && kind <= Kind::kIterator; }
  bool is_sequence() const { return kind >= Kind::kList && kind <= Kind::kRange; }
  bool is_integer() const { return kind == Kind::kInt || kind == Kind::kBool; }
  bool is_number() const { return is_integer() || kind == Kind::kFloat; }
  std::string_view bytes() const { return text->bytes; }                       ///< of a text
  int64_t whole() const { return is(Kind::kBool) ? int64_t{flag} : integer; }  ///< of an integer
  double number() const { return is(Kind::kFloat) ? real : static_cast<double>(whole()); }

 private:
  static Value made(Kind kind) {
    Value value;
    value.kind = kind;
    return value;
  }
  template <class Member, class Given>
  static Value made(Kind kind, Member Value::*member, Given given) {
    Value value = made(kind);
    value.*member = given;
    return value;
  }
};

template <class T>
using Items = std::pmr::vector<T>;

/// Never changed once it is made, but for an iterator's place.
struct List {
  explicit List(std::pmr::memory_resource* memory) : items(memory) {}
  Items<Value> items;
  size_t next = 0;             ///< of an iterator: the item that comes next
  size_t depth = 1;            ///< of what is nested in it
  std::string_view name = {};  ///< how it is shown where that is not as a list: "dict_keys"
};

/// In the order in which keys came in.
struct Dict {
  explicit Dict(std::pmr::memory_resource* memory) : entries(memory) {}
  Items<std::pair<Value, Value>> entries;
  size_t depth = 1;
};

/// The only value that a template can change.
struct Namespace {
  explicit Namespace(std::pmr::memory_resource* memory) : fields(memory) {}
  Items<std::pair<std::string_view, Value>> fields;
};

/// What went wrong while a template was evaluated; the evaluator adds where.
struct Refusal {
  std::string what;
};
[[noreturn]] void refuse(std::string what);

/// Python's name of the value's type.
std::string_view type_name(const Value& value);

}  // namespace twofold::jinja
