#include <cblas.h>

/* LAPACK, which OpenBLAS carries: the Cholesky factor of a symmetric matrix, column by column. */
void spotrf_(const char* triangle, const int* order, float* matrix, const int* stride, int* status);

/* The same with pivoting, of a matrix that need not have full rank: A = P L L^T P^T to within `tolerance`. */
void dpstrf_(const char* triangle, const int* order, double* matrix, const int* stride, int* pivots, int* rank,
             const double* tolerance, double* work, int* status);
