// Declares the parts of the extension module `_core`; sentiment_fast/_core.pyi documents each.
#pragma once

#include <pybind11/pybind11.h>

namespace sentiment_fast {

// text.cpp: counting words, encoding texts, padding.
void bind_text(pybind11::module_& module);

// document_vectors.cpp: document vectors.
void bind_document_vectors(pybind11::module_& module);

// csv.cpp: finding a CSV file's records, reading field values, appending fields.
void bind_csv(pybind11::module_& module);

// json.cpp: finding the values in a file of JSON.
void bind_json(pybind11::module_& module);

// lstm.cpp: the recurrent layers, for scoring.
void bind_lstm(pybind11::module_& module);

// lstm_training.cpp: the same, for training.
void bind_lstm_training(pybind11::module_& module);

// ngrams.cpp: hashed n-grams of ids.
void bind_ngrams(pybind11::module_& module);

}  // namespace sentiment_fast
