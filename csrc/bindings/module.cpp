// The extension module: puts its parts together, and says what it was built from and what this machine can run.
//
// The files of this folder are the only ones that include pybind11. _core.pyi documents what each function takes and
// returns; sentiment_fast/text/encoding.py is where users meet it.
#include "bindings/module.h"

#include "bindings/sources.h"
#include "simd/cpu.h"

PYBIND11_MODULE(_core, module) {
  namespace py = pybind11;
  using namespace sentiment_fast;
  module.doc() = "The native core of sentiment_fast; use it through the package.";
  module.attr("SOURCES") = kSources;
  py::list names;
  for (const Level& level : levels()) names.append(level.name);
  module.attr("LEVELS") = py::tuple(names);
  module.def("cpu_features", [] {
    py::dict features;
    for (const auto& [name, is_there] : cpu_features()) features[name] = is_there;
    return features;
  });
  bind_text(module);
  bind_lstm(module);
  bind_lstm_training(module);
  bind_ngrams(module);
  bind_csv(module);
}
