// The few SIMD loops of this package, on Google Highway: the best instruction set of the machine is chosen at run time.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "CKernelsBlur.h"
#include "CKernelsChecksum.h"
#include "CKernelsCoarseScreen.h"
#include "CKernelsColor.h"
#include "CKernelsColorChanges.h"
#include "CKernelsConversion.h"
#include "CKernelsDCT.h"
#include "CKernelsHOG.h"
#include "CKernelsHOGLayer.h"
#include "CKernelsImage.h"
#include "CKernelsLBP.h"
#include "CKernelsNeighborForces.h"
#include "CKernelsLocalDeviation.h"
#include "CKernelsPlanes.h"
#include "CKernelsResample.h"
#include "CKernelsRowScores.h"
#include "CKernelsScattering.h"
#include "CKernelsFinite.h"
#include "CKernelsSketch.h"
#include "CKernelsSoftmax.h"
#include "CKernelsTargets.h"
#include "CKernelsTesting.h"
#include "CKernelsTones.h"
#include "CKernelsTopK.h"
#include "CKernelsWarp.h"

#endif
