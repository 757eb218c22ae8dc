// Defines the extension module: joins its parts, and reports its sources and what this machine can run.
//
// Only the files of this folder include pybind11. _core.pyi documents what each function takes and returns; users call
// them through sentiment_fast/text/encoding.py.
#include "bindings/module.h"

#include "bindings/sources.h"
#include "bindings/without_gil.h"
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
  wait_for_calls_at_exit();
  bind_text(module);
  bind_lstm(module);
  bind_lstm_training(module);
  bind_ngrams(module);
  bind_document_vectors(module);
  bind_csv(module);
  bind_json(module);
}
