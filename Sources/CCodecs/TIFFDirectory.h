#ifndef TIFFDIRECTORY_H
#define TIFFDIRECTORY_H

#include "Codec.h"

namespace codecs {

/// Whether the first directory of a TIFF file, and all in it that tells of pixels, lies within the file.
///
/// libtiff goes on without what it cannot read, and takes an image that has lost its palette for gray.
bool has_whole_directory(Bytes bytes);

}  // namespace codecs

#endif
