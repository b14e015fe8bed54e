/* Every part of the interface as a C program uses it. Usage: interface FOLDER; prints "all is well". */
#include <mvmr.h>

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define REQUIRE(condition)                                                                         \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      fprintf(stderr, "line %d: %s does not hold: %s\n", __LINE__, #condition, mvmr_last_error()); \
      exit(1);                                                                                     \
    }                                                                                              \
  } while (0)
#define OK(call) REQUIRE((call) == MVMR_OK)

enum { images = 40, side = 32, channels = 3, pixels = side * side * channels };

static uint8_t bytes[images * pixels];

static void draw(void) {
  unsigned state = 1;
  for (int i = 0; i < images * pixels; ++i) {
    state = state * 1103515245u + 12345u;
    bytes[i] = (uint8_t)(state >> 16);
  }
}

static mvmr_images given(const void *data, mvmr_type type, mvmr_order order, int64_t count) {
  mvmr_images batch;
  memset(&batch, 0, sizeof batch);
  batch.data = data;
  batch.type = type;
  batch.order = order;
  batch.count = count;
  batch.height = side;
  batch.width = side;
  batch.channels = channels;
  return batch;
}

static mvmr_matrix matrix(const float *data, int64_t rows, int64_t columns) {
  mvmr_matrix result;
  result.data = data;
  result.rows = rows;
  result.columns = columns;
  result.row_stride = 0;
  return result;
}

static float *floats(int64_t count) {
  float *memory = malloc((size_t)count * sizeof(float));
  REQUIRE(memory);
  return memory;
}

static void check_library(void) {
  REQUIRE(mvmr_abi_version() == MVMR_ABI_VERSION);
  REQUIRE(strlen(mvmr_version()) > 0);
  REQUIRE(mvmr_processor_count() >= 1);
  REQUIRE(mvmr_live_handles() == 0);
  mvmr_free(NULL);
  char *json = NULL;
  OK(mvmr_catalogue(&json));
  REQUIRE(strstr(json, "\"hog\"") && strstr(json, "\"maximum\":360"));
  mvmr_free(json);
}

/* The same rows from images in every order, forwards and backwards, and with gaps between the rows. */
static void check_orders(void) {
  mvmr_representation *hog;
  OK(mvmr_representation_create_with("hog", "{\"cell_size\": 4}", &hog));
  int64_t columns;
  OK(mvmr_representation_columns(hog, side, side, channels, &columns));
  REQUIRE(columns == 7 * 7 * 2 * 2 * 9);
  char *json;
  OK(mvmr_representation_layout(hog, side, side, channels, &json));
  REQUIRE(strstr(json, "\"shape\":[7,7,2,2,9]"));
  mvmr_free(json);
  OK(mvmr_representation_description(hog, &json));
  REQUIRE(strstr(json, "\"specification\":\"hog:cell_size=4\""));
  mvmr_free(json);

  uint8_t *planes = malloc(sizeof bytes);
  REQUIRE(planes);
  for (int n = 0; n < images; ++n)
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x)
        for (int c = 0; c < channels; ++c)
          planes[((n * channels + c) * side + y) * side + x] = bytes[((n * side + y) * side + x) * channels + c];
  const int64_t size = images * columns;
  float *rows = floats(size), *others = floats(2 * size);
  mvmr_images batch = given(bytes, MVMR_UINT8, MVMR_NHWC, images);
  OK(mvmr_representation_compute(hog, &batch, rows, 0, size, 0));
  batch = given(planes, MVMR_UINT8, MVMR_NCHW, images);
  OK(mvmr_representation_compute(hog, &batch, others, 0, size, 3));
  REQUIRE(memcmp(rows, others, (size_t)size * sizeof(float)) == 0);
  /* From the last image to the first. */
  batch = given(bytes + (images - 1) * pixels, MVMR_UINT8, MVMR_STRIDED, images);
  batch.image_stride = -pixels;
  batch.row_stride = side * channels;
  batch.column_stride = channels;
  batch.channel_stride = 1;
  OK(mvmr_representation_compute(hog, &batch, others, 2 * columns, 2 * size, 2));
  for (int n = 0; n < images; ++n)
    REQUIRE(memcmp(rows + n * columns, others + (images - 1 - n) * 2 * columns, (size_t)columns * sizeof(float)) == 0);
  free(planes);
  free(rows);
  free(others);

  uint8_t *picture;
  int64_t length, height, width;
  batch = given(bytes, MVMR_UINT8, MVMR_NHWC, 1);
  OK(mvmr_representation_picture(hog, &batch, MVMR_PICTURE_RGB, &picture, &length, &height, &width));
  REQUIRE(height >= 256 && width >= 256 && length == height * width * 3);
  mvmr_free(picture);
  OK(mvmr_representation_picture(hog, &batch, MVMR_PICTURE_PNG, &picture, &length, NULL, NULL));
  REQUIRE(length > 8 && memcmp(picture, "\x89PNG\r\n\x1a\n", 8) == 0);
  mvmr_free(picture);
  mvmr_representation_free(hog);
  REQUIRE(mvmr_representation_columns(hog, side, side, channels, &columns) == MVMR_CLOSED);
  mvmr_representation_free(hog);
}

static mvmr_representation *shared;
static float *expected;
static int64_t shared_columns;

static void *compute_often(void *argument) {
  float *rows = floats(images * shared_columns);
  (void)argument;
  for (int round = 0; round < 5; ++round) {
    mvmr_images batch = given(bytes, MVMR_UINT8, MVMR_NHWC, images);
    OK(mvmr_representation_compute(shared, &batch, rows, 0, images * shared_columns, 1 + round % 3));
    REQUIRE(memcmp(rows, expected, (size_t)(images * shared_columns) * sizeof(float)) == 0);
    /* Each thread has a message of its own. */
    char name[32], message[64];
    snprintf(name, sizeof name, "nothing%d", round);
    mvmr_representation *none;
    REQUIRE(mvmr_representation_create(name, &none) == MVMR_INVALID_ARGUMENT);
    snprintf(message, sizeof message, "representation %s does not exist", name);
    REQUIRE(mvmr_last_error_row() == -1);
  }
  free(rows);
  return NULL;
}

static void check_threads(void) {
  OK(mvmr_representation_create("scattering:J=2", &shared));
  OK(mvmr_representation_columns(shared, side, side, channels, &shared_columns));
  expected = floats(images * shared_columns);
  mvmr_images batch = given(bytes, MVMR_UINT8, MVMR_NHWC, images);
  OK(mvmr_representation_compute(shared, &batch, expected, 0, images * shared_columns, 1));
  enum { count = 16 };
  pthread_t threads[count];
  for (int i = 0; i < count; ++i) REQUIRE(pthread_create(&threads[i], NULL, compute_often, NULL) == 0);
  for (int i = 0; i < count; ++i) REQUIRE(pthread_join(threads[i], NULL) == 0);
  free(expected);
  mvmr_representation_free(shared);
}

/* Two classes on either side of a plane. */
static void fill(float *rows, int64_t *labels, int count) {
  for (int i = 0; i < count; ++i) {
    labels[i] = i % 2 ? 7 : 3;
    for (int j = 0; j < 4; ++j) rows[i * 4 + j] = (float)sin(1.7 * i + j) + (i % 2 && j == 2 ? 5 : 0);
  }
}

static int32_t count_calls(void *context, int64_t done, int64_t total, double seconds_left) {
  (void)done;
  (void)total;
  (void)seconds_left;
  ++*(int *)context;
  return 0;
}

static void check_classifiers(const char *folder) {
  enum { count = 60 };
  float rows[count * 4];
  int64_t labels[count], found[count];
  fill(rows, labels, count);
  const mvmr_matrix train = matrix(rows, count, 4), asked = matrix(rows, 10, 4);
  int calls = 0;

  mvmr_neighbors *neighbors;
  OK(mvmr_neighbors_create(&train, labels, "{\"metric\": \"euclidean\", \"weighting\": \"majority\"}", &neighbors));
  int64_t classes[2], class_count;
  OK(mvmr_neighbors_classes(neighbors, classes, 2, &class_count));
  REQUIRE(class_count == 2 && classes[0] == 3 && classes[1] == 7);
  int64_t nearest[10];
  float distances[10], shares[count * 2];
  OK(mvmr_neighbors_search(neighbors, &asked, 1, nearest, distances, 0, count_calls, &calls));
  REQUIRE(calls >= 1);
  for (int i = 0; i < 10; ++i) REQUIRE(nearest[i] == i && distances[i] == 0);
  OK(mvmr_neighbors_predict(neighbors, NULL, 5, 0.07, found, shares, 0, NULL, NULL));
  for (int i = 0; i < count; ++i) REQUIRE(found[i] == labels[i] && shares[2 * i] + shares[2 * i + 1] == 1);
  mvmr_neighbors_free(neighbors);

  mvmr_probe *probe, *loaded;
  OK(mvmr_probe_fit(&train, labels, "{\"lambdas\": [1e-3], \"name\": \"mine\"}", 0, count_calls, &calls, &probe));
  char path[4096];
  snprintf(path, sizeof path, "%s/probe.json", folder);
  OK(mvmr_probe_save(probe, path));
  OK(mvmr_probe_load(path, &loaded));
  char *json;
  OK(mvmr_probe_description(loaded, &json));
  REQUIRE(strstr(json, "\"classes\":[3,7]") && strstr(json, "\"name\":\"mine\""));
  mvmr_free(json);
  OK(mvmr_probe_predict(loaded, &train, found, 0));
  float scores[count * 2], likely[count * 2], weights[2 * 4];
  double intercepts[2];
  OK(mvmr_probe_scores(probe, &train, scores, 1));
  OK(mvmr_probe_probabilities(probe, &train, likely, 1));
  OK(mvmr_probe_weights(probe, weights, 8, intercepts));
  for (int i = 0; i < count; ++i) {
    REQUIRE(found[i] == labels[i]);
    REQUIRE(fabs(likely[2 * i] + likely[2 * i + 1] - 1) < 1e-5);
    for (int c = 0; c < 2; ++c) {
      double score = intercepts[c];
      for (int j = 0; j < 4; ++j) score += (double)weights[c * 4 + j] * rows[i * 4 + j];
      REQUIRE(fabs(score - scores[2 * i + c]) < 1e-3);
    }
  }
  mvmr_probe_free(probe);
  mvmr_probe_free(loaded);
}

static void check_distances(void) {
  enum { count = 12 };
  float x[count * 3], y[count * 5], gradient[count * 3];
  for (int i = 0; i < count * 3; ++i) x[i] = (float)sin(i * 1.3);
  for (int i = 0; i < count * 5; ++i) y[i] = (float)cos(i * 0.7) + x[i / 5 * 3];
  const mvmr_matrix a = matrix(x, count, 3), b = matrix(y, count, 5);
  for (mvmr_estimator estimator = MVMR_BIASED; estimator <= MVMR_UNBIASED; ++estimator) {
    double value, up, down, own;
    OK(mvmr_distance_correlation(&a, &b, estimator, 0, &value, gradient, NULL));
    REQUIRE(value > 0 && value < 1);
    OK(mvmr_distance_correlation(&a, &a, estimator, 1, &own, NULL, NULL));
    REQUIRE(fabs(own - 1) < 1e-5);
    for (int i = 0; i < count * 3; i += 5) {
      const float kept = x[i];
      x[i] = kept + 0.01f;
      OK(mvmr_distance_correlation(&a, &b, estimator, 1, &up, NULL, NULL));
      x[i] = kept - 0.01f;
      OK(mvmr_distance_correlation(&a, &b, estimator, 1, &down, NULL, NULL));
      x[i] = kept;
      REQUIRE(fabs((up - down) / 0.02 - gradient[i]) < 2e-3);
    }
  }
  mvmr_loss_settings settings;
  OK(mvmr_loss_defaults(&settings));
  REQUIRE(settings.embedding_scale == 1.0 / 32);
  double total, terms[4], weight = 0.5;
  float plain[count * 3], augmented[count * 3];
  for (int i = 0; i < count * 3; ++i) plain[i] = x[i] + 0.1f * (float)cos(i);
  const mvmr_matrix z0 = matrix(plain, count, 3);
  OK(mvmr_multi_view_loss(&z0, &a, &b, &weight, 1, &settings, 0, &total, terms, plain, augmented));
  REQUIRE(fabs(total - (terms[0] + terms[1] + terms[2] + weight * terms[3])) < 1e-9);
}

static int32_t stop(void *context, int64_t done, int64_t total, double seconds_left) {
  (void)context;
  (void)done;
  (void)total;
  (void)seconds_left;
  return 1;
}

static void check_extraction(const char *folder, char *output, size_t size) {
  char options[8192], *json;
  snprintf(output, size, "%s/features.h5", folder);
  snprintf(options, sizeof options,
           "{\"source\": \"synthetic:120\", \"output\": \"%s\", \"representations\": [\"hog\", \"lbp:grid=4,as=lbp4\"],"
           " \"jobs\": 2, \"software\": {\"test\": \"interface.c\"}}",
           output);
  mvmr_extraction *extraction;
  OK(mvmr_extraction_create(options, &extraction));
  OK(mvmr_extraction_plan(extraction, &json));
  REQUIRE(strstr(json, "\"images\":120") && strstr(json, "\"representation\":\"lbp4\""));
  mvmr_free(json);
  OK(mvmr_extraction_cancel(extraction));
  REQUIRE(mvmr_extraction_run(extraction, NULL, NULL, NULL) == MVMR_CANCELLED);
  int calls = 0;
  OK(mvmr_extraction_run(extraction, count_calls, &calls, &json));
  REQUIRE(calls >= 1 && strstr(json, "\"rows\":150"));
  mvmr_free(json);
  mvmr_extraction_free(extraction);
}

static void check_features(const char *path) {
  mvmr_feature_file *file;
  OK(mvmr_feature_file_open(path, &file));
  int64_t count, columns, classes;
  OK(mvmr_feature_file_rows(file, "train", &count));
  REQUIRE(count == 120);
  int64_t labels[120];
  OK(mvmr_feature_file_labels(file, "train", labels, 120));
  for (int i = 0; i < 120; ++i) REQUIRE(labels[i] >= 0 && labels[i] < 10);
  REQUIRE(mvmr_feature_file_label_columns(file, "train", NULL, 0, &classes) == MVMR_INVALID_ARGUMENT);
  char *ids, *json;
  int64_t width;
  OK(mvmr_feature_file_ids(file, "train", &ids, &width));
  REQUIRE(width > 0 && memcmp(ids, ids + width, (size_t)width) != 0);
  mvmr_free(ids);
  uint8_t marks[120];
  OK(mvmr_feature_file_skipped(file, "train", marks, 120));
  for (int i = 0; i < 120; ++i) REQUIRE(marks[i] == 0);
  OK(mvmr_feature_file_description(file, &json));
  REQUIRE(strstr(json, "\"complete\":true") && strstr(json, "\"test\":\"interface.c\""));
  mvmr_free(json);
  OK(mvmr_feature_file_verify(file, 0, NULL, NULL, &json));
  REQUIRE(strstr(json, "\"missing_blocks\":0"));
  mvmr_free(json);
  int calls = 0;
  OK(mvmr_feature_file_verify(file, 1, count_calls, &calls, NULL));
  REQUIRE(calls >= 1);

  mvmr_features *features;
  OK(mvmr_feature_file_features(file, "train", "hog", 0, &features));
  OK(mvmr_features_size(features, &count, &columns));
  REQUIRE(count == 120 && columns == 324);
  OK(mvmr_features_layout(features, &json));
  REQUIRE(strstr(json, "\"representation\":\"hog\"") && strstr(json, "\"columns\":324"));
  mvmr_free(json);
  float *all = floats(120 * 324), *some = floats(3 * 324);
  OK(mvmr_features_read_range(features, 0, 120, all, 0, 120 * 324, 0));
  const int64_t indices[] = {119, 0, 119};
  OK(mvmr_features_read(features, indices, 3, some, 0, 3 * 324, 0));
  for (int i = 0; i < 3; ++i) REQUIRE(memcmp(some + i * 324, all + indices[i] * 324, 324 * sizeof(float)) == 0);

  /* What lies in the file, searched and learned from without a copy. */
  mvmr_neighbors *neighbors;
  OK(mvmr_neighbors_create_from(features, labels, NULL, &neighbors));
  int64_t found[120];
  OK(mvmr_neighbors_predict(neighbors, NULL, 5, 0.07, found, NULL, 0, NULL, NULL));
  REQUIRE(mvmr_neighbors_predict(neighbors, NULL, 5, 0.07, found, NULL, 0, stop, NULL) <= MVMR_CANCELLED);
  mvmr_neighbors_free(neighbors);
  mvmr_probe *probe;
  OK(mvmr_probe_fit_from(features, labels, "{\"lambdas\": [1e-2]}", 0, NULL, NULL, &probe));
  mvmr_probe_free(probe);

  /* A forked child opens its own, and computes on its own thread. */
  mvmr_representation *hog;
  OK(mvmr_representation_create("hog", &hog));
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    mvmr_feature_file *own;
    mvmr_features *rows;
    float *again = floats(120 * 324);
    if (mvmr_features_read(features, indices, 3, some, 0, 3 * 324, 0) != MVMR_FORKED) _exit(2);
    if (mvmr_feature_file_open(path, &own) != MVMR_OK) _exit(3);
    if (mvmr_feature_file_features(own, "train", "hog", 0, &rows) != MVMR_OK) _exit(4);
    if (mvmr_features_read_range(rows, 0, 120, again, 0, 120 * 324, 0) != MVMR_OK) _exit(5);
    if (memcmp(again, all, 120 * 324 * sizeof(float)) != 0) _exit(6);
    const mvmr_images batch = given(bytes, MVMR_UINT8, MVMR_NHWC, images);
    if (mvmr_representation_compute(hog, &batch, again, 0, 120 * 324, 0) != MVMR_OK) _exit(7);
    _exit(0);
  }
  int status;
  REQUIRE(waitpid(child, &status, 0) == child);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fprintf(stderr, "the child ended with %d\n", status);
    exit(1);
  }
  mvmr_representation_free(hog);
  free(all);
  free(some);
  mvmr_feature_file_free(file);
  OK(mvmr_features_size(features, &count, &columns));
  mvmr_features_free(features);
}

/* Pages of memory that the process has. */
static long resident(void) {
  long total = 0, pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  REQUIRE(file && fscanf(file, "%ld %ld", &total, &pages) == 2);
  fclose(file);
  return pages;
}

/* Thousands of calls, half of them failing, leave neither handles nor memory behind. */
static void check_leaks(const char *path) {
  long before = 0;
  for (int round = 0; round < 10000; ++round) {
    if (round == 2000) before = resident();
    mvmr_representation *hog, *none;
    float row[324];
    char *json;
    OK(mvmr_representation_create("hog", &hog));
    const mvmr_images batch = given(bytes, MVMR_UINT8, MVMR_NHWC, 1);
    OK(mvmr_representation_compute(hog, &batch, row, 0, 324, 1));
    OK(mvmr_representation_layout(hog, side, side, channels, &json));
    mvmr_free(json);
    REQUIRE(mvmr_representation_compute(hog, &batch, row, 0, 323, 1) == MVMR_INVALID_ARGUMENT);
    REQUIRE(mvmr_representation_create("hog:cell_size=0", &none) == MVMR_INVALID_ARGUMENT);
    mvmr_representation_free(hog);
    if (round % 100 == 0) {
      mvmr_feature_file *file;
      mvmr_features *features;
      OK(mvmr_feature_file_open(path, &file));
      OK(mvmr_feature_file_features(file, "train", "hog", 0, &features));
      mvmr_feature_file_free(file);
      OK(mvmr_features_read_range(features, 3, 1, row, 0, 324, 0));
      mvmr_features_free(features);
    }
  }
  const long grown = (resident() - before) * sysconf(_SC_PAGESIZE);
  if (grown > 16L << 20) {
    fprintf(stderr, "8000 rounds took %ld bytes\n", grown);
    exit(1);
  }
}

int main(int count, char **arguments) {
  if (count != 2) return 64;
  draw();
  check_library();
  check_orders();
  check_threads();
  check_classifiers(arguments[1]);
  check_distances();
  char output[4096];
  check_extraction(arguments[1], output, sizeof output);
  check_features(output);
  check_leaks(output);
  REQUIRE(mvmr_live_handles() == 0);
  puts("all is well");
  return 0;
}
