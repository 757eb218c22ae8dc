// The Python interpreter that the cleaning asks about code points, started as the package's calls find it: running, its
// lock not held.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "expect.h"

#if defined(__SANITIZE_ADDRESS__)
#define FUZZ_FINDS_LEAKS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FUZZ_FINDS_LEAKS 1
#endif
#endif

#ifdef FUZZ_FINDS_LEAKS
#include <sanitizer/lsan_interface.h>
using LeaksOfOthers = __lsan::ScopedDisabler;
#else
struct LeaksOfOthers {
  LeaksOfOthers() {}
};
#endif

// Starts it, without user settings and site packages. What it allocates is its own affair; any later leak is ours.
inline void start_interpreter() {
  const LeaksOfOthers ignored;
  PyPreConfig memory;
  PyPreConfig_InitIsolatedConfig(&memory);
  memory.allocator = PYMEM_ALLOCATOR_MALLOC;  // so that the sanitizers see each object
  expect(!PyStatus_Exception(Py_PreInitialize(&memory)), "Python to set up its memory");
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.site_import = 0;
  // Where the library that this is linked with has its modules, whichever virtual environment it is run from.
  PyConfig_SetBytesString(&config, &config.home, FUZZ_PYTHON_HOME);
  expect(!PyStatus_Exception(Py_InitializeFromConfig(&config)), "Python to start from " FUZZ_PYTHON_HOME);
  PyConfig_Clear(&config);
  PyEval_SaveThread();
}

class InterpreterLock {
 public:
  InterpreterLock() : state_(PyGILState_Ensure()) {}
  ~InterpreterLock() { PyGILState_Release(state_); }
  InterpreterLock(const InterpreterLock&) = delete;
  InterpreterLock& operator=(const InterpreterLock&) = delete;

 private:
  PyGILState_STATE state_;
};
