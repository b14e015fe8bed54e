// The few SIMD loops of this package, on Google Highway: the best instruction set of the machine is chosen at run time.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "CKernelsConversion.h"
#include "CKernelsScattering.h"

#endif
