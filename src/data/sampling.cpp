#include "data/sampling.h"

namespace twofold {

void Sampling::declare(config::Fields& fields) {
  fields.add("name", name, "Folder of the dataset under the data root.", {.required = true});
  fields.add("rate", rate, "Share of the rows that it serves; the rates of a mixture sum to 1.",
             {.min = 0, .max = 1, .exclusive_min = true});
  fields.add("style", style, "Format of its files.");
  fields.add("suffix", suffix, "Suffix of its folder: <name>_<suffix>.");
  fields.add("documents", documents,
             "Of style PMD: joined, where a document sees those before it in its row, or separate, "
             "where attention and positions begin anew with each.");
  fields.add("source", source,
             "Records that the dataset is made of before training, as data/source names them and "
             "the keys of data/ read them; made anew only if they or the settings change. Empty: "
             "the dataset is there.");
}

}  // namespace twofold
