#ifndef SYSTEM_ARCHIVE_SHIM_H
#define SYSTEM_ARCHIVE_SHIM_H

#include <archive.h>
#include <archive_entry.h>

// The file types are macros with a cast, which Swift cannot import: functions instead.
static inline int mv_archive_is_file(struct archive_entry* entry) {
  return archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == 0;
}
static inline int mv_archive_is_folder(struct archive_entry* entry) {
  return archive_entry_filetype(entry) == AE_IFDIR;
}

#endif
