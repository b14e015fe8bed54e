// What becomes of a process that the system stops: a line instead of a silent end.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include "CCommandLine.h"

namespace {

char program_name[64];
int exit_code;
std::atomic<bool> explaining{false};

// Only what may be called in a handler of a signal stands here: no memory is asked for, and no stream is written.
void say(const char* text, size_t length) {
  while (length > 0) {
    const ssize_t written = write(STDERR_FILENO, text, length);
    if (written <= 0) return;
    text += written;
    length -= static_cast<size_t>(written);
  }
}

void say(const char* text) { say(text, strlen(text)); }

// One line of /proc/self/maps, begun: "from-to rights offset device inode   path".
struct Line {
  uintptr_t from = 0, to = 0;
  enum { From, To, Others, Path } part = From;
  char path[4096];
  size_t length = 0;

  bool holds(uintptr_t address) const { return from <= address && address < to && length > 0 && path[0] == '/'; }

  void add(char c) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (part == From) {
      if (digit >= 0) from = from << 4 | static_cast<uintptr_t>(digit);
      if (c == '-') part = To;
    } else if (part == To) {
      if (digit >= 0) to = to << 4 | static_cast<uintptr_t>(digit);
      if (c == ' ') part = Others;
    } else if (c == '/') {
      part = Path;
    }
    // What could not be seen, or would command a terminal, is not shown.
    const unsigned char byte = static_cast<unsigned char>(c);
    if (part == Path && length < sizeof(path)) path[length++] = byte < 0x20 || byte == 0x7F ? '?' : c;
  }
};

// The mapped file that holds an address; false where there is none, or it cannot be found out.
bool find(uintptr_t address, Line* found) {
  const int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (maps < 0) return false;
  char buffer[1024];
  *found = Line();
  for (;;) {
    const ssize_t count = read(maps, buffer, sizeof(buffer));
    if (count <= 0) break;
    for (ssize_t at = 0; at < count; ++at) {
      if (buffer[at] != '\n') {
        found->add(buffer[at]);
      } else if (found->holds(address)) {
        close(maps);
        return true;
      } else {
        *found = Line();
      }
    }
  }
  close(maps);
  return false;
}

void explain(int number, siginfo_t* info, void*) {
  static Line line;
  // Other threads may be at the same file: the first one speaks.
  if (explaining.exchange(true)) {
    for (;;) pause();
  }
  if (info->si_code != BUS_ADRERR || !find(reinterpret_cast<uintptr_t>(info->si_addr), &line)) {
    signal(number, SIG_DFL);
    raise(number);
    return;
  }
  say(program_name);
  say(": ");
  say(line.path, line.length);
  say(": was cut short while it was read, or its disk has failed; restore the file\n");
  _exit(exit_code);
}

volatile sig_atomic_t child_process;

// What a terminal sends reaches the child by itself; what another process sends to this one is passed on.
void pass_on(int number, siginfo_t* info, void*) {
  if (info->si_code != SI_KERNEL && child_process > 0) kill(static_cast<pid_t>(child_process), number);
}

// All by which a program of this package is asked to stop.
const int passed[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGXCPU};
// By these a fault of a program ends it.
const int faults[] = {SIGSEGV, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
constexpr int kPassed = sizeof(passed) / sizeof(passed[0]);

}  // namespace

void mvcl_explain_bus_errors(const char* program, int code) {
  strncpy(program_name, program, sizeof(program_name) - 1);
  exit_code = code;
  struct sigaction action;
  memset(&action, 0, sizeof(action));
  action.sa_sigaction = explain;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGBUS, &action, nullptr);
}

int mvcl_in_child(int* status) {
  const pid_t parent = getpid();
  struct sigaction action, before[kPassed];
  memset(&action, 0, sizeof(action));
  action.sa_sigaction = pass_on;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigset_t blocked, mask;
  sigemptyset(&blocked);
  for (const int number : passed) sigaddset(&blocked, number);
  // Until both know which is which: a signal in between would be lost.
  pthread_sigmask(SIG_BLOCK, &blocked, &mask);
  const pid_t child = fork();
  if (child == 0) {
    // What the parent says of a crash is enough: without a trace of the runtime's beside it.
    for (const int number : faults) signal(number, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) raise(SIGTERM);
    pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    return 1;
  }
  if (child > 0) {
    child_process = child;
    for (int index = 0; index < kPassed; ++index) {
      sigaction(passed[index], nullptr, &before[index]);
      // A process that was started to ignore a signal goes on to.
      if (before[index].sa_handler != SIG_IGN) sigaction(passed[index], &action, nullptr);
    }
  }
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  if (child < 0) return -1;
  int result = 0;
  while (waitpid(child, &result, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  for (int index = 0; index < kPassed; ++index) sigaction(passed[index], &before[index], nullptr);
  child_process = 0;
  *status = WIFSIGNALED(result) ? -WTERMSIG(result) : WEXITSTATUS(result);
  return 0;
}
