// libtorch for Swift: plain C over C++. Every call that can fail returns a status and writes its result to an
// out-pointer; a handle that is written there belongs to the caller, who frees it.
#ifndef CTORCH_H
#define CTORCH_H

#include "CTorchAttention.h"
#include "CTorchAutograd.h"
#include "CTorchDevice.h"
#include "CTorchExchange.h"
#include "CTorchLoss.h"
#include "CTorchModule.h"
#include "CTorchOperations.h"
#include "CTorchOptimizer.h"
#include "CTorchProvocation.h"
#include "CTorchRanks.h"
#include "CTorchResizing.h"
#include "CTorchRuntime.h"
#include "CTorchScript.h"
#include "CTorchShape.h"
#include "CTorchTensor.h"

#endif
