#include <new>
#include <stdexcept>

#include "CTorchProvocation.h"
#include "Device/Device.h"
#include "Handles.h"

GuardedStatus mvt_provoke(MVTProvocation provocation) {
  return mvt::run([&] {
    switch (provocation) {
      case MVTProvokeTorch:
        TORCH_CHECK(false, "provoked");
      case MVTProvokeMemory:
        throw std::bad_alloc();
      case MVTProvokeStandard:
        throw std::runtime_error("provoked\nsecond line");
      case MVTProvokeUnknown:
        throw 1;
    }
  });
}

void mvt_forbid_loops(bool forbidden) { mvt::forbid_loops(forbidden); }
