/// How one tensor of a file is called in the canonical names.
struct NamingRule {
  /// What becomes of the tensor.
  enum Place: Hashable {
    /// It is the tensor of this name.
    case whole(String)
    /// It is the part at `index` of the `count` parts of this one, along the first axis.
    case part(String, index: Int, of: Int)
    /// It is the tensor of this name with its two axes swapped.
    case transposed(String)
    /// It takes no part in the network's features.
    case unused
  }

  private enum Fate {
    case whole, transposed, unused
    case part(Int, of: Int)
  }

  private let pattern: [Substring]
  private let target: String
  private let fate: Fate

  /// The tensors that `pattern` matches are called `target`.
  ///
  /// In a pattern, `#` at the end of a component stands for a number, and `*` for any one component; both are put
  /// into `target` in the order in which they stand.
  init(_ pattern: String, _ target: String, part: Int? = nil, of count: Int = 1, transposed: Bool = false) {
    self.pattern = pattern.split(separator: ".")
    self.target = target
    fate = part.map { .part($0, of: count) } ?? (transposed ? .transposed : .whole)
  }

  /// The tensors that `pattern` matches take no part in the network's features; a last `**` matches any rest.
  init(unused pattern: String) {
    self.pattern = pattern.split(separator: ".")
    target = ""
    fate = .unused
  }

  /// The place of the tensor `name`; nil where the rule is not about it.
  func place(of name: [Substring]) -> Place? {
    guard let found = captures(in: name) else { return nil }
    var filled = ""
    var next = found.startIndex
    for letter in target {
      if letter == "#" || letter == "*", next < found.endIndex {
        filled += found[next]
        next += 1
      } else {
        filled.append(letter)
      }
    }
    return switch fate {
    case .whole: .whole(filled)
    case .transposed: .transposed(filled)
    case .part(let index, let count): .part(filled, index: index, of: count)
    case .unused: .unused
    }
  }

  /// What the marks of the pattern stand for in `name`; nil where it does not match.
  private func captures(in name: [Substring]) -> [Substring]? {
    let isOpen = pattern.last == "**"
    guard isOpen ? name.count >= pattern.count - 1 : name.count == pattern.count else { return nil }
    var found: [Substring] = []
    for (wanted, given) in zip(pattern, name) where wanted != "**" {
      if wanted == "*" {
        found.append(given)
      } else if wanted.last == "#" {
        let number = given.dropFirst(wanted.count - 1)
        guard given.hasPrefix(wanted.dropLast()), !number.isEmpty, number.allSatisfy(\.isWholeNumber) else {
          return nil
        }
        found.append(number)
      } else if wanted != given {
        return nil
      }
    }
    return found
  }
}
