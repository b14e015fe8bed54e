#include <vector>

#include "Handles.h"

GuardedStatus mvt_reshape(const MVTTensor* tensor, const int64_t* shape, int rank, MVTTensor** result) {
  return mvt::run([&] { *result = new MVTTensor(tensor->value.reshape(at::IntArrayRef(shape, rank))); });
}

GuardedStatus mvt_permute(const MVTTensor* tensor, const int64_t* axes, int rank, MVTTensor** result) {
  return mvt::run([&] { *result = new MVTTensor(tensor->value.permute(at::IntArrayRef(axes, rank))); });
}

GuardedStatus mvt_expand(const MVTTensor* tensor, const int64_t* shape, int rank, MVTTensor** result) {
  return mvt::run([&] { *result = new MVTTensor(tensor->value.expand(at::IntArrayRef(shape, rank))); });
}

GuardedStatus mvt_narrow(const MVTTensor* tensor, int64_t axis, int64_t first, int64_t count, MVTTensor** result) {
  return mvt::run([&] { *result = new MVTTensor(tensor->value.narrow(axis, first, count)); });
}

GuardedStatus mvt_concatenate(MVTTensor* const* tensors, int64_t count, int64_t axis, MVTTensor** result) {
  return mvt::run([&] {
    std::vector<at::Tensor> parts;
    for (int64_t index = 0; index < count; ++index) parts.push_back(tensors[index]->value);
    *result = new MVTTensor(at::cat(parts, axis));
  });
}

GuardedStatus mvt_mean_along(const MVTTensor* tensor, int64_t axis, MVTTensor** result) {
  return mvt::run([&] { *result = new MVTTensor(tensor->value.mean(at::IntArrayRef({axis}))); });
}
