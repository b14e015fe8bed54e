/// MVMR for C and for languages that call C.
///
/// Fixed representations of images, feature files, k-NN, linear probes, distance correlations, extraction.
/// Link with `pkg-config --cflags --libs mvmr`.
///
/// Failure. Every function that can fail returns an `mvmr_status`: 0 where all is well. `mvmr_last_error` then has one
/// line that says what is wrong and what to do about it, for the calling thread. No result is written where a call
/// fails, but rows that were begun may be. Nothing is printed, no signal is caught, the process is never ended: NULL, a
/// handle that was freed, a handle of another type and a size that cannot be are all reported.
///
/// Handles. What a function creates is freed by the function of its type; NULL and handles that are freed already are
/// passed over. A handle may be freed while another thread is in a call with it: that call ends as if it were not.
///
/// Memory. Memory that a function gives (`char **`, `uint8_t **`) is freed by `mvmr_free`. Text is UTF-8 and ends with
/// 0. The caller's own memory is used during the call alone.
///
/// Threads. Every function may be called by any number of threads at once, also with one handle, except where it says
/// otherwise. `threads` is how many threads a call may use, its own among them: 0 for one a processor that the process
/// may use. Results do not depend on it, bit for bit, except where it says so.
///
/// Processes. After `fork` the child may go on to use the library: all work is then done on the calling thread,
/// whatever `threads` says. Handles of feature files and all that lies in them must be opened anew there; used in
/// another process than their own they are refused with MVMR_FORKED. Fork while no other thread is in a call.
///
/// JSON. What has many parts is given and taken as JSON. Keys of objects that are given must be known; objects that are
/// taken may get more keys in later versions.
#ifndef MVMR_H
#define MVMR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------------------------------------------------------------
// Version, status, memory

/// The version of this header's binary interface.
///
/// Raised where a program built with an earlier header would no longer
/// work. Functions and JSON keys are added without raising it.
#define MVMR_ABI_VERSION 1

/// The version of the binary interface that the library has: to be compared with MVMR_ABI_VERSION.
int32_t mvmr_abi_version(void);

/// The version of the package, for example `0.2.0`; never freed.
const char* mvmr_version(void);

/// How a call ended.
typedef int32_t mvmr_status;
enum {
  /// All is well.
  MVMR_OK = 0,
  /// The request itself cannot be: an unknown name, a setting or size out of range, NULL. Python: ValueError.
  MVMR_INVALID_ARGUMENT = 1,
  /// Values or a file are there but are not what they should be: NaN, a damaged file. Python: ValueError.
  MVMR_BAD_DATA = 2,
  /// A file or folder is not there. Python: FileNotFoundError.
  MVMR_NOT_FOUND = 3,
  /// Values of this type are not taken, for example floats where 8-bit ones are needed. Python: TypeError.
  MVMR_UNSUPPORTED_TYPE = 4,
  /// Reading or writing failed: disk full, no permission. Python: OSError.
  MVMR_IO = 5,
  /// The work was stopped by a callback or by `mvmr_extraction_cancel`. Python: KeyboardInterrupt.
  MVMR_CANCELLED = 6,
  /// There is not enough memory. Python: MemoryError.
  MVMR_OUT_OF_MEMORY = 7,
  /// The handle is freed, or of another type. Python: ValueError.
  MVMR_CLOSED = 8,
  /// The handle belongs to another process, which this one was forked from. Python: RuntimeError.
  MVMR_FORKED = 9,
  /// A fault of this library or of one under it. Python: RuntimeError.
  MVMR_INTERNAL = 10
};

/// What was wrong in the last call of this thread that failed: `subject: problem; remedy` on one line.
///
/// "" where none has. Valid until the thread's next call that fails.
const char* mvmr_last_error(void);

/// Which image or row the last call of this thread that failed was about, counted from 0 in what it was given; -1 where
/// it was about none.
int64_t mvmr_last_error_row(void);

/// Frees memory that a function of this library gave; NULL is passed over.
void mvmr_free(void* memory);

/// How many handles there are that are not freed, for tests of leaks.
int64_t mvmr_live_handles(void);

/// How many threads `threads` = 0 stands for in this process.
int32_t mvmr_processor_count(void);

/// Hears of long work: `done` of `total` parts are done, about `seconds_left` are left (negative while unknown).
///
/// Called on the thread that began the work, several times a second, also where nothing has changed, and once at the
/// end. Returns 0 to go on; anything else stops the work, which then ends with MVMR_CANCELLED.
typedef int32_t (*mvmr_progress)(void* context, int64_t done, int64_t total, double seconds_left);

// ---------------------------------------------------------------------------------------------------------------------
// Images and matrices, as the caller has them

/// The type of pixel values.
typedef int32_t mvmr_type;
enum {
  /// uint8_t, 0...255.
  MVMR_UINT8 = 0,
  /// float. 1 is white for a representation that scales bytes to 0...1; see `mvmr_representation_compute`.
  MVMR_FLOAT32 = 1
};

/// How images lie in memory.
typedef int32_t mvmr_order;
enum {
  /// Image by image, row by row, the channels of a pixel side by side, without gaps.
  MVMR_NHWC = 0,
  /// Image by image, channel by channel, row by row, without gaps.
  MVMR_NCHW = 1,
  /// As the four strides say.
  MVMR_STRIDED = 2
};

/// Images of one size and type in the caller's memory.
typedef struct mvmr_images {
  /// The first value of the first image; need not be aligned. May be NULL where `count` is 0.
  const void* data;
  /// MVMR_UINT8 or MVMR_FLOAT32.
  mvmr_type type;
  /// MVMR_NHWC, MVMR_NCHW or MVMR_STRIDED.
  mvmr_order order;
  /// How many images; 0 or more.
  int64_t count;
  /// Pixels; each 1...32768.
  int64_t height, width;
  /// 1 for gray, 3 for red, green and blue.
  int64_t channels;
  /// With MVMR_STRIDED: bytes from one image, row, column and channel to the next; of any sign, 0 too. Without: not
  /// looked at.
  int64_t image_stride, row_stride, column_stride, channel_stride;
} mvmr_images;

/// A matrix of floats in the caller's memory, row by row.
typedef struct mvmr_matrix {
  /// The first value of the first row. May be NULL where `rows` is 0.
  const float* data;
  int64_t rows, columns;
  /// Values (not bytes) from one row to the next; 0 for `columns`. Otherwise at least `columns`.
  int64_t row_stride;
} mvmr_matrix;

// ---------------------------------------------------------------------------------------------------------------------
// Representations

/// A representation with its settings, for example HOG with cells of 4 pixels.
///
/// Never changes: any number of threads may
/// use it at once, forked children too.
typedef struct mvmr_representation mvmr_representation;

/// Every representation with its settings, as JSON:
///
///     {"representations": [{"name": "hog", "class": "HOG", "summary": "...", "description": "...", "reference": "...",
///        "default": true, "takes_float": true, "float_range": "any" | "unit", "settings": [SETTING...]}],
///      "shared_settings": [SETTING...]}
///     SETTING: {"name": "cell_size", "type": "int" | "float" | "bool" | "choice" | "text", "default": 8,
///               "minimum": 1, "maximum": 1024, "choices": ["l1", ...], "accepts": "1...1024", "help": "..."}
///
/// `minimum` and `maximum` are there for numbers that have them, `choices` for choices. Every representation takes the
/// shared settings besides its own. `float_range` says which floats are taken where `takes_float` is true.
mvmr_status mvmr_catalogue(char** json);

/// Creates a representation of a specification as on the command line: `hog`, `hog:cell_size=4,orientations=12`.
mvmr_status mvmr_representation_create(const char* specification, mvmr_representation** representation);

/// Creates the representation `name` with settings as a JSON object, `{"cell_size": 4}`; NULL for the defaults.
mvmr_status mvmr_representation_create_with(const char* name, const char* settings_json,
                                            mvmr_representation** representation);

void mvmr_representation_free(mvmr_representation* representation);

/// What it is, as JSON: {"name", "summary", "specification", "stored_name", "settings": {every setting with its value},
/// "takes_float", "float_range"}.
mvmr_status mvmr_representation_description(const mvmr_representation* representation, char** json);

/// What the row of an image of this size is.
///
/// As JSON: {"columns": 324, "shape": [1, 9...], "axes": ["block_y", ...], "labels":
/// {"AXIS": ["a label an index", ...]}}. The last axis varies fastest.
mvmr_status mvmr_representation_layout(const mvmr_representation* representation, int64_t height, int64_t width,
                                       int64_t channels, char** json);

/// How many values the row of an image of this size has: the product of the shape. Quick.
mvmr_status mvmr_representation_columns(const mvmr_representation* representation, int64_t height, int64_t width,
                                        int64_t channels, int64_t* columns);

/// Computes the row of each image: the same bits as `mvmr extract` stores as float32.
///
/// Row i begins at `rows + i * row_stride`; `row_stride` counts values, 0 for as many as a row has. `capacity` is how
/// many values may be written from `rows` on: at least (count - 1) * row_stride + columns.
///
/// 8-bit images are taken by every representation. Floats are used as they are, without a range, where the catalogue's
/// `float_range` is "any": 0...1 is what bytes are scaled to by those that scale (pixels, hog-layer, scattering,
/// patch-scattering, local-deviation, dct); hog and lbp see bytes as 0...255. Where it is "unit" (color, augment)
/// floats must lie in 0...1 and are rounded to bytes. Where `takes_float` is false they are refused with
/// MVMR_UNSUPPORTED_TYPE. NaN, infinite values and values beyond 1e15 are refused with MVMR_BAD_DATA, which names the
/// image. One call with one image starts no thread.
mvmr_status mvmr_representation_compute(const mvmr_representation* representation, const mvmr_images* images,
                                        float* rows, int64_t row_stride, int64_t capacity, int32_t threads);

/// What a picture is given as.
typedef int32_t mvmr_picture_format;
enum {
  /// 3 bytes a pixel, row by row.
  MVMR_PICTURE_RGB = 0,
  /// A PNG file.
  MVMR_PICTURE_PNG = 1
};

/// A picture of what the representation sees in an image, at least 256 pixels high and wide, as `mvmr show` draws it.
///
/// `image` holds one image. Gives `size` bytes, to be freed by `mvmr_free`; `height` and `width` in pixels may be NULL.
mvmr_status mvmr_representation_picture(const mvmr_representation* representation, const mvmr_images* image,
                                        mvmr_picture_format format, uint8_t** bytes, int64_t* size, int64_t* height,
                                        int64_t* width);

// ---------------------------------------------------------------------------------------------------------------------
// Feature files

/// A feature file, opened for reading. Any number of threads may read at once; each process opens its own.
typedef struct mvmr_feature_file mvmr_feature_file;

/// The rows of one representation of one split of a feature file, or of all of it in memory.
///
/// Keeps what it needs of the
/// file, which may be freed before. Any number of threads may read at once.
typedef struct mvmr_features mvmr_features;

/// Opens a feature file: labels, ids and marks are read and their checksums compared, features are mapped.
///
/// A file that is still being written shows what was finished when it was opened. The file must not be cut short while
/// it is open.
mvmr_status mvmr_feature_file_open(const char* path, mvmr_feature_file** file);

void mvmr_feature_file_free(mvmr_feature_file* file);

/// What it holds and where it comes from.
///
/// As `mvmr inspect --json` prints it: {"path", "dataset", "class_names",
/// "complete", "settings", "software", "created", "source", "splits": [{"name", "rows", "labelled_rows",
/// "label_classes" (where rows have several labels), "skipped_ids", "representations": [{"name", "representation",
/// "settings", "shape", "axes", "dtype", "done_rows", ...}]}], ...}, and "notices": [line...].
mvmr_status mvmr_feature_file_description(const mvmr_feature_file* file, char** json);

/// How many rows a split has.
mvmr_status mvmr_feature_file_rows(const mvmr_feature_file* file, const char* split, int64_t* rows);

/// The label of each row, -1 where there is none.
///
/// `capacity` is the number of values that `labels` has room for, which
/// must be at least the number of rows. Rows of several labels are refused with MVMR_INVALID_ARGUMENT.
mvmr_status mvmr_feature_file_labels(const mvmr_feature_file* file, const char* split, int64_t* labels,
                                     int64_t capacity);

/// The labels of rows that have several.
///
/// Rows x `classes`, 1 where the class is present, 0 where absent, 255 where
/// ignored. With `labels` NULL, only how many classes there are. Rows of one label are refused.
mvmr_status mvmr_feature_file_label_columns(const mvmr_feature_file* file, const char* split, uint8_t* labels,
                                            int64_t capacity, int64_t* classes);

/// The id of each row, for example its path: rows x `width` bytes of UTF-8, each filled up with 0 (NumPy's `S` type).
/// Freed by `mvmr_free`.
mvmr_status mvmr_feature_file_ids(const mvmr_feature_file* file, const char* split, char** ids, int64_t* width);

/// Marks the rows whose images could not be read by 1, all others by 0; the features of marked ones are NaN.
mvmr_status mvmr_feature_file_skipped(const mvmr_feature_file* file, const char* split, uint8_t* marks,
                                      int64_t capacity);

/// Compares the checksum of every finished block, and checks values and labels.
///
/// `json` may be NULL; else it is given {"bytes", "blocks", "missing_blocks", "seconds"}. The first fault is
/// MVMR_BAD_DATA. `progress` may be NULL.
mvmr_status mvmr_feature_file_verify(const mvmr_feature_file* file, int32_t threads, mvmr_progress progress,
                                     void* context, char** json);

/// Opens the rows of a representation by the name that the file has it under.
///
/// Refused where rows are missing, unless
/// `allow_missing`: what missing rows hold is then undefined.
mvmr_status mvmr_feature_file_features(const mvmr_feature_file* file, const char* split, const char* representation,
                                       int32_t allow_missing, mvmr_features** features);

void mvmr_features_free(mvmr_features* features);

/// How many rows there are, and how many values each has; either may be NULL.
mvmr_status mvmr_features_size(const mvmr_features* features, int64_t* rows, int64_t* columns);

/// The layout of a row.
///
/// As JSON: {"columns", "shape", "axes", "labels"} as `mvmr_representation_layout` gives it, and
/// "name", "representation", "settings", "dtype" as the file has them, "rows".
mvmr_status mvmr_features_layout(const mvmr_features* features, char** json);

/// Copies the rows at `indices`, `count` of them in any order, as float32 into `rows`.
///
/// Row i begins at `rows + i * row_stride` (values; 0 for `columns`); `capacity` as in `mvmr_representation_compute`.
/// Indices count from 0; negative ones are refused.
mvmr_status mvmr_features_read(const mvmr_features* features, const int64_t* indices, int64_t count, float* rows,
                               int64_t row_stride, int64_t capacity, int32_t threads);

/// The same of `count` rows from row `first` on.
mvmr_status mvmr_features_read_range(const mvmr_features* features, int64_t first, int64_t count, float* rows,
                                     int64_t row_stride, int64_t capacity, int32_t threads);

// ---------------------------------------------------------------------------------------------------------------------
// Nearest neighbors

/// Rows to search, and their classes. Never changes: any number of threads may use it at once.
typedef struct mvmr_neighbors mvmr_neighbors;

/// Keeps a copy of the rows `train`, to search them.
///
/// `labels` are their classes, 0 or more, -1 for a row that does not
/// vote, or NULL where there is only to be searched.
///
/// `options_json` may be NULL: {"metric": "cosine" | "euclidean", "weighting": "dino" | "majority" |
/// "inverse-distance"}; the first of each unless given. Values must be finite.
mvmr_status mvmr_neighbors_create(const mvmr_matrix* train, const int64_t* labels, const char* options_json,
                                  mvmr_neighbors** neighbors);

/// The same over rows of a feature file, which are not copied. `labels` has one class for each row.
mvmr_status mvmr_neighbors_create_from(const mvmr_features* train, const int64_t* labels, const char* options_json,
                                       mvmr_neighbors** neighbors);

void mvmr_neighbors_free(mvmr_neighbors* neighbors);

/// The classes of the rows, ascending, each once. With `classes` NULL, only how many there are.
mvmr_status mvmr_neighbors_classes(const mvmr_neighbors* neighbors, int64_t* classes, int64_t capacity, int64_t* count);

/// Finds the `k` nearest rows of each query, nearest first; of equally near ones the first.
///
/// `queries` NULL stands for the rows themselves, each of which then is not its own neighbor. `indices` and `values`
/// have room for queries x k: the rows' numbers, and their cosine or Euclidean distance; either may be NULL.
mvmr_status mvmr_neighbors_search(const mvmr_neighbors* neighbors, const mvmr_matrix* queries, int64_t k,
                                  int64_t* indices, float* values, int32_t threads, mvmr_progress progress,
                                  void* context);

/// The class of each query by the votes of its `k` nearest rows; of equal votes the lower class.
///
/// `temperature` is that of the weighting "dino" (0.07 is usual), and not looked at by others. `queries` NULL stands
/// for the rows themselves, each left out of its own vote; rows without a class get -1 and
/// shares of 0. `classes` has room for one
/// value a query, `shares` for queries x classes: each class's share of the votes, in the order of
/// `mvmr_neighbors_classes`; either may be NULL.
mvmr_status mvmr_neighbors_predict(const mvmr_neighbors* neighbors, const mvmr_matrix* queries, int64_t k,
                                   double temperature, int64_t* classes, float* shares, int32_t threads,
                                   mvmr_progress progress, void* context);

// ---------------------------------------------------------------------------------------------------------------------
// Linear probes

/// A fitted linear probe: multinomial logistic regression. Never changes: any number of threads may use it at once.
typedef struct mvmr_probe mvmr_probe;

/// Fits a probe to the rows `train` and their classes, 0 or more; rows of class -1 are left out.
///
/// `options_json` may be NULL. {"lambdas": [numbers above 0] (default: 13 from 1e-6 to 1), "validation": part held out
/// to choose among them (0.1), "folds": number of parts instead, "standardize": true, "class_weights": "none" |
/// "balanced", "gradient_norm": 1e-4, "max_iterations": 1000, "seed": 0, "name": the input's name in the saved file
/// ("features")}. Minimizes mean cross-entropy + lambda / 2 |W|^2; scikit-learn's C is 1 / (lambda x rows). `progress`
/// counts passes over the rows, those to come being foretold. Bits may depend on `threads`.
mvmr_status mvmr_probe_fit(const mvmr_matrix* train, const int64_t* labels, const char* options_json, int32_t threads,
                           mvmr_progress progress, void* context, mvmr_probe** probe);

/// The same over rows of a feature file, which are not copied. `labels` has one class for each row.
mvmr_status mvmr_probe_fit_from(const mvmr_features* train, const int64_t* labels, const char* options_json,
                                int32_t threads, mvmr_progress progress, void* context, mvmr_probe** probe);

/// Reads a probe that `mvmr_probe_save` or `mvmr probe --save` wrote.
mvmr_status mvmr_probe_load(const char* path, mvmr_probe** probe);

/// Writes the probe as JSON, whole or not at all; `mvmr probe --load` reads it too.
mvmr_status mvmr_probe_save(const mvmr_probe* probe, const char* path);

void mvmr_probe_free(mvmr_probe* probe);

/// What it is.
///
/// As JSON: {"inputs": [{"name", "columns"}], "classes": [...], "columns", "lambda", "candidates":
/// [{"lambda", "validation_top1", "validation_balanced_accuracy", and "objective", "gradient_norm", "iterations",
/// "ending" of its fit; "lambda" alone where it was not tried}], "train_loss", "objective", "gradient_norm",
/// "converged", "iterations", "train_rows", "standardized", "seed", "seconds"}.
mvmr_status mvmr_probe_description(const mvmr_probe* probe, char** json);

/// Its weights, classes x columns, and the intercept of each class.
///
/// A class's score is weights times row + intercept.
/// `capacity` is the number of values that `weights` has room for; either may be NULL.
mvmr_status mvmr_probe_weights(const mvmr_probe* probe, float* weights, int64_t capacity, double* intercepts);

/// The class of each row, of equal scores the lower; `classes` has room for one value a row.
mvmr_status mvmr_probe_predict(const mvmr_probe* probe, const mvmr_matrix* rows, int64_t* classes, int32_t threads);

/// The score of each class before the softmax: rows x classes, in the order of "classes" of the description.
mvmr_status mvmr_probe_scores(const mvmr_probe* probe, const mvmr_matrix* rows, float* scores, int32_t threads);

/// The probability of each class: rows x classes.
mvmr_status mvmr_probe_probabilities(const mvmr_probe* probe, const mvmr_matrix* rows, float* probabilities,
                                     int32_t threads);

// ---------------------------------------------------------------------------------------------------------------------
// Distance correlation and the loss

/// How distances are centered.
typedef int32_t mvmr_estimator;
enum {
  /// As published (Szekely, Rizzo and Bakirov 2007): the root of the V-statistic, 0...1; at least 2 rows.
  MVMR_BIASED = 0,
  /// Szekely and Rizzo 2014: zero in expectation for independent rows, on the scale of the square, may be negative; at
  /// least 4 rows.
  MVMR_UNBIASED = 1
};

/// The distance correlation of the rows of `x` with those of `y`, and its gradients.
///
/// Squared distances are clamped from below at 1e-4, as in MV-MR. `gradient_x` and `gradient_y` are rows x columns
/// without gaps; either may be NULL. Both are of float32 arithmetic. Rows that do not
/// differ give 0 and zero gradients; NaN in gives NaN out.
mvmr_status mvmr_distance_correlation(const mvmr_matrix* x, const mvmr_matrix* y, mvmr_estimator estimator,
                                      int32_t threads, double* value, float* gradient_x, float* gradient_y);

/// The settings of the loss of MV-MR; `mvmr_loss_defaults` fills in the published ones.
typedef struct mvmr_loss_settings {
  /// Weights: mean squared difference of the views; hinge on each column's deviation; 1 - dCor of the views.
  double mse_weight, deviation_weight, views_weight;
  /// The standard deviation below which the hinge acts.
  double margin;
  /// Embeddings are multiplied by it before distances are taken.
  double embedding_scale;
  mvmr_estimator estimator;
  /// Not 0: adds dCor(z, phi), as the released code does, where the paper adds 1 - dCor(z, phi).
  int32_t released_sign;
} mvmr_loss_settings;

/// The published settings: weights 1, margin 1, scale 1/32, biased.
mvmr_status mvmr_loss_defaults(mvmr_loss_settings* settings);

/// The loss of MV-MR (Kinakh, Drozdova and Voloshynovskiy 2024) of a batch, and its gradients.
///
/// `z0` and `z` are the embeddings of the plain and of the augmented view; `representations` are `count` matrices of
/// the same rows, `weights` their weights. `terms` has room for 3 + count values: mean squared difference, hinge, 1 -
/// dCor of the views, then 1 - dCor (or dCor) with each representation, unweighted. Gradients are rows x columns
/// without gaps; they, `terms` and `settings` (the published ones) may be NULL.
mvmr_status mvmr_multi_view_loss(const mvmr_matrix* z0, const mvmr_matrix* z, const mvmr_matrix* representations,
                                 const double* weights, int64_t count, const mvmr_loss_settings* settings,
                                 int32_t threads, double* total, double* terms, float* gradient_z0, float* gradient_z);

// ---------------------------------------------------------------------------------------------------------------------
// Extraction

/// Work that computes representations of all images of a source into a feature file. One thread runs it; others may
/// cancel it.
typedef struct mvmr_extraction mvmr_extraction;

/// Describes an extraction, and opens its source. Options, as JSON; all but the first two may be left out:
///
///     {"source": "folder:photos", "output": "features.h5", "representations": ["hog", "lbp:grid=4,as=lbp4"],
///      "splits": ["train"], "dtype": "float32" | "float16", "jobs": 0, "limit": 1000, "shard": "1/4",
///      "compress": false, "skip_bad_images": false, "overwrite": false, "sync_interval": 1.0, "software": {"mine":
///      "1"}, "size": "96x96", "resize": 128, "stretch": false, "interpolation": "bilinear", "layout": "flat", "exif":
///      false, "decode": "exact", "sixteen_bits": "refuse", "alpha": "drop", "normalize": "none"}
///
/// They are those of `mvmr extract`, with _ for - in their names, and mean the same: "slurm" is a shard, a stopped run
/// is finished by the same options, and data sets are the same bytes. `jobs` is `threads` of other functions.
mvmr_status mvmr_extraction_create(const char* options_json, mvmr_extraction** extraction);

void mvmr_extraction_free(mvmr_extraction* extraction);

/// What would be computed, as JSON: {"notices": [line...], "parts": [{"split", "images", "representation", "shape",
/// "bytes", "settings"}]}.
mvmr_status mvmr_extraction_plan(const mvmr_extraction* extraction, char** json);

/// Computes what is missing in the file, creating it where needed. `progress` counts rows; it and `json` may be NULL.
///
/// `json` is given what `mvmr extract --json` prints, {"output", "rows", "bytes", "seconds", "skipped": [{"split",
/// "row", "id", "reason"}], ...}, and "notices". Where it is cancelled the blocks in work are finished and
/// MVMR_CANCELLED is returned; the same call, or a new extraction of the same options, goes on from there.
mvmr_status mvmr_extraction_run(mvmr_extraction* extraction, mvmr_progress progress, void* context, char** json);

/// Asks a run to stop, from any thread (not from a signal handler); without a run, the next one stops at once.
mvmr_status mvmr_extraction_cancel(mvmr_extraction* extraction);

#ifdef __cplusplus
}
#endif

#endif
