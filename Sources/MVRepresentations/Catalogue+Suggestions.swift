extension Catalogue {
  /// `did you mean X? `, where one of `names` is close to `name`.
  static func suggestion(for name: String, among names: [String]) -> String {
    let ranked = names.map { (name: $0, distance: editDistance(name, $0)) }.sorted { $0.distance < $1.distance }
    guard let nearest = ranked.first, nearest.distance <= max(2, name.count / 2) else { return "" }
    return "did you mean \(nearest.name)? "
  }

  /// How many letters must be put in, taken out or changed to turn one name into the other (Levenshtein).
  private static func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var distances = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var diagonal = row
      distances[0] = row + 1
      for column in right.indices {
        let changed = diagonal + (letter == right[column] ? 0 : 1)
        diagonal = distances[column + 1]
        distances[column + 1] = min(changed, diagonal + 1, distances[column] + 1)
      }
    }
    return distances[right.count]
  }
}
