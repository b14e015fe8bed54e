#include <cblas.h>

/* LAPACK, which OpenBLAS carries: the Cholesky factor of a symmetric matrix, column by column. */
void spotrf_(const char* triangle, const int* order, float* matrix, const int* stride, int* status);

/* The inverse of a matrix, of which `spotrf_` made the Cholesky factor, in one triangle. */
void spotri_(const char* triangle, const int* order, float* factor, const int* stride, int* status);

/* The same factor with pivoting, of a matrix that need not have full rank: A = P L L^T P^T to within `tolerance`. */
void dpstrf_(const char* triangle, const int* order, double* matrix, const int* stride, int* pivots, int* rank,
             const double* tolerance, double* work, int* status);

/* All eigenvalues of a symmetric matrix, ascending, and its eigenvectors in its place, column by column. */
void dsyev_(const char* job, const char* triangle, const int* order, double* matrix, const int* stride, double* values,
            double* work, const int* workCount, int* status);
