#include "bindings/without_gil.h"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace sentiment_fast {

namespace {

std::atomic<int> calls{0};  // that have released the GIL and not yet taken it back
bool is_ending = false;     // read and written with the GIL held

void end_calls() {
  is_ending = true;
  PyThreadState* const state = PyEval_SaveThread();
  while (calls.load() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  PyEval_RestoreThread(state);
}

}  // namespace

WithoutGil::WithoutGil() : state_(nullptr) {
  if (is_ending) return;
  calls.fetch_add(1);
  state_ = PyEval_SaveThread();
}

WithoutGil::~WithoutGil() {
  if (state_ == nullptr) return;
  PyEval_RestoreThread(state_);
  calls.fetch_sub(1);
}

void wait_for_calls_at_exit() {
  namespace py = pybind11;
  // The threads whose calls these were do not exist in a forked child.
  pthread_atfork(nullptr, nullptr, [] { calls.store(0); });
  py::module_::import("atexit").attr("register")(py::cpp_function(&end_calls));
}

}  // namespace sentiment_fast
