// Lets other Python threads run while the core works, and the interpreter end quietly while daemon threads are in it.
#pragma once

#include <pybind11/pybind11.h>

namespace sentiment_fast {

// As long as it exists, other Python threads may run.
//
// A daemon thread that asks for the GIL once the interpreter is ending is ended on the spot, and C++ aborts the process
// if that happens in a destructor, which this one's is. Therefore the interpreter's end waits for the calls that are
// still in the core, and later calls keep the GIL.
class WithoutGil {
 public:
  WithoutGil();
  ~WithoutGil();
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* state_;
};

// Makes the end of the interpreter wait for the calls in the core; called once, when the module is imported.
void wait_for_calls_at_exit();

}  // namespace sentiment_fast
