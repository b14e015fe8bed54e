#include <cblas.h>

/* LAPACK, which OpenBLAS carries: the Cholesky factor of a symmetric matrix, column by column. */
void spotrf_(const char *triangle, const int *order, float *matrix, const int *stride, int *status);
