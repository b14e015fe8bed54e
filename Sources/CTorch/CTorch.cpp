// Compiles the umbrella header by itself: nothing but it may be needed before it.
#include "CTorch.h"
