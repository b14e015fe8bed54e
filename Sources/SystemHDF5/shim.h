#ifndef SYSTEM_HDF5_SHIM_H
#define SYSTEM_HDF5_SHIM_H

#include <hdf5.h>
#include <stdlib.h>
#include <sys/types.h>

// HDF5 names its types and property classes with macros that call H5open(), which Swift cannot import: functions
// instead.

static inline hid_t mv_h5_float32(void) { return H5T_IEEE_F32LE; }
static inline hid_t mv_h5_float64(void) { return H5T_IEEE_F64LE; }
static inline hid_t mv_h5_int64(void) { return H5T_STD_I64LE; }
static inline hid_t mv_h5_uint32(void) { return H5T_STD_U32LE; }
static inline hid_t mv_h5_uint8(void) { return H5T_STD_U8LE; }

// IEEE binary16, which HDF5 1.10 has no name for; the caller closes it.
static inline hid_t mv_h5_create_float16(void) {
  hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  if (type < 0) return type;
  if (H5Tset_fields(type, 15, 10, 5, 0, 10) < 0 || H5Tset_size(type, 2) < 0 || H5Tset_ebias(type, 15) < 0) {
    H5Tclose(type);
    return -1;
  }
  return type;
}

// UTF-8 text of a fixed number of bytes, filled up with zeros; or of any number for a size of 0. The caller closes it.
static inline hid_t mv_h5_create_text(size_t size) {
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0) return type;
  if (H5Tset_size(type, size ? size : H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0 ||
      H5Tset_strpad(type, H5T_STR_NULLPAD) < 0) {
    H5Tclose(type);
    return -1;
  }
  return type;
}

// Access to a file without HDF5's own lock, which would keep readers from a file that is still being written (the
// writer takes a lock of its own). New objects take the format of HDF5 1.8: every release since 2008 reads it, its
// metadata carries checksums, and attributes may exceed 64 KiB. Large data sets start on a page. The caller closes it.
static inline hid_t mv_h5_create_access(void) {
  hid_t list = H5Pcreate(H5P_FILE_ACCESS);
  if (list < 0) return list;
  if (H5Pset_file_locking(list, 0, 1) < 0 || H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_LATEST) < 0 ||
      H5Pset_alignment(list, 65536, 4096) < 0 || H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) < 0) {
    H5Pclose(list);
    return -1;
  }
  return list;
}

// A contiguous data set whose space is allocated when it is created, and filled with zeros only where asked for.
static inline hid_t mv_h5_create_contiguous(int zeroed) {
  hid_t list = H5Pcreate(H5P_DATASET_CREATE);
  if (list < 0) return list;
  if (H5Pset_layout(list, H5D_CONTIGUOUS) < 0 || H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY) < 0 ||
      H5Pset_fill_time(list, zeroed ? H5D_FILL_TIME_ALLOC : H5D_FILL_TIME_NEVER) < 0) {
    H5Pclose(list);
    return -1;
  }
  return list;
}

// A data set of chunks that are shuffled and deflated; the chunk has `rank` lengths.
static inline hid_t mv_h5_create_packed(int rank, const hsize_t* chunk) {
  hid_t list = H5Pcreate(H5P_DATASET_CREATE);
  if (list < 0) return list;
  if (H5Pset_chunk(list, rank, chunk) < 0 || H5Pset_shuffle(list) < 0 || H5Pset_deflate(list, 4) < 0 ||
      H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) < 0) {
    H5Pclose(list);
    return -1;
  }
  return list;
}

// A virtual data set, NaN where a file of its sources is missing; the sources are added with H5Pset_virtual.
static inline hid_t mv_h5_create_virtual(void) {
  hid_t list = H5Pcreate(H5P_DATASET_CREATE);
  if (list < 0) return list;
  const float nan = __builtin_nanf("");
  if (H5Pset_layout(list, H5D_VIRTUAL) < 0 || H5Pset_fill_value(list, H5T_NATIVE_FLOAT, &nan) < 0) {
    H5Pclose(list);
    return -1;
  }
  return list;
}

// The first filter of a data set that this library cannot undo, or -1; `name` gets the file's name of it, if any.
static inline int mv_h5_missing_filter(hid_t dataset, char* name, size_t size) {
  hid_t list = H5Dget_create_plist(dataset);
  if (list < 0) return -1;
  int found = -1;
  const int count = H5Pget_nfilters(list);
  for (int index = 0; index < count && found < 0; ++index) {
    unsigned flags = 0, config = 0;
    size_t values = 0;
    name[0] = 0;
    const H5Z_filter_t filter = H5Pget_filter2(list, (unsigned)index, &flags, &values, NULL, size, name, &config);
    if (filter >= 0 && H5Zfilter_avail(filter) <= 0) found = (int)filter;
  }
  H5Pclose(list);
  return found;
}

// 1 for a virtual data set, 0 for another, negative for an error.
static inline int mv_h5_is_virtual(hid_t dataset) {
  hid_t list = H5Dget_create_plist(dataset);
  if (list < 0) return -1;
  const int layout = H5Pget_layout(list);
  H5Pclose(list);
  return layout < 0 ? -1 : layout == H5D_VIRTUAL;
}

static inline hid_t mv_h5_create_file(const char* path, hid_t access) {
  return H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
}
static inline hid_t mv_h5_open_file(const char* path, hid_t access) { return H5Fopen(path, H5F_ACC_RDONLY, access); }
static inline hid_t mv_h5_open_to_write(const char* path, hid_t access) { return H5Fopen(path, H5F_ACC_RDWR, access); }

// How a member of a group is linked: 0 by a hard link, within the file; 1 by a soft link; more by one to another file.
// Negative where there is no such member.
static inline int mv_h5_link_kind(hid_t group, const char* name) {
  H5L_info_t info;
  if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0) return -1;
  return info.type == H5L_TYPE_HARD ? 0 : info.type == H5L_TYPE_SOFT ? 1 : 2;
}

// The size of the file that an object is in, at most 64 MiB, which is more than attributes are for; 0 for an error.
static inline long long mv_h5_file_size(hid_t object) {
  hid_t file = H5Iget_file_id(object);
  if (file < 0) return 0;
  hsize_t size = 0;
  const herr_t status = H5Fget_filesize(file, &size);
  H5Fclose(file);
  if (status < 0) return 0;
  return size < (1u << 26) ? (long long)size : 1 << 26;
}

// How many other files hold a data set's bytes raw, negative for an error.
static inline int mv_h5_external_count(hid_t dataset) {
  hid_t list = H5Dget_create_plist(dataset);
  if (list < 0) return -1;
  const int count = H5Pget_external_count(list);
  H5Pclose(list);
  return count;
}

// How many stretches of other data sets a virtual data set is joined of, negative for an error.
static inline long mv_h5_virtual_count(hid_t dataset) {
  hid_t list = H5Dget_create_plist(dataset);
  if (list < 0) return -1;
  size_t count = 0;
  const herr_t status = H5Pget_virtual_count(list, &count);
  H5Pclose(list);
  return status < 0 ? -1 : (long)count;
}

// The file and the data set of one such stretch, as they are written; negative for an error or a longer name.
static inline int mv_h5_virtual_source(hid_t dataset, size_t index, char* file, char* name, size_t size) {
  hid_t list = H5Dget_create_plist(dataset);
  if (list < 0) return -1;
  const ssize_t one = H5Pget_virtual_filename(list, index, file, size);
  const ssize_t two = H5Pget_virtual_dsetname(list, index, name, size);
  H5Pclose(list);
  return one < 0 || two < 0 || (size_t)one >= size || (size_t)two >= size ? -1 : 0;
}

// Memory for texts of any length, which a file may refer to many times: no more than `left` bytes in all.
typedef struct {
  size_t left;
} mv_h5_text_memory;

static inline void* mv_h5_text_allocate(size_t size, void* memory) {
  mv_h5_text_memory* own = (mv_h5_text_memory*)memory;
  if (size > own->left) {
    own->left = 0;
    return NULL;
  }
  own->left -= size;
  return malloc(size);
}

static inline void mv_h5_text_free(void* text, void* memory) {
  (void)memory;
  free(text);
}

// How texts are read into `memory`, which must outlive it; the caller closes it.
static inline hid_t mv_h5_create_text_transfer(mv_h5_text_memory* memory) {
  hid_t list = H5Pcreate(H5P_DATASET_XFER);
  if (list < 0) return list;
  if (H5Pset_vlen_mem_manager(list, mv_h5_text_allocate, memory, mv_h5_text_free, memory) < 0) {
    H5Pclose(list);
    return -1;
  }
  return list;
}

// Where the bytes of a data set lie in its own file, or -1 where they are not one plain stretch of it.
static inline long long mv_h5_plain_offset(hid_t dataset) {
  hid_t list = H5Dget_create_plist(dataset);
  if (list < 0) return -1;
  const int plain = H5Pget_layout(list) == H5D_CONTIGUOUS && H5Pget_external_count(list) == 0;
  H5Pclose(list);
  if (!plain) return -1;
  const haddr_t offset = H5Dget_offset(dataset);
  return offset == HADDR_UNDEF ? -1 : (long long)offset;
}

// Before each use: the library's errors are read by `mv_h5_error`, not printed; and it does not tidy up when the
// process ends, where it follows null pointers if an earlier close has failed, as on a full disk. All files are closed
// by then.
static inline void mv_h5_prepare(void) {
  H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static inline herr_t mv_h5_take_first(unsigned n, const H5E_error2_t* error, void* target) {
  if (n == 0 && error->desc) *(const char**)target = error->desc;
  return 0;
}

// What went wrong first in the last failed call, or NULL; good until the next call.
static inline const char* mv_h5_error(void) {
  const char* text = NULL;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, mv_h5_take_first, &text);
  return text;
}

// Linux's own call, which the C library hides from Swift; its POSIX sister would write every page where the file system
// cannot set space aside.
extern int fallocate(int file, int mode, off_t offset, off_t size);

#endif
