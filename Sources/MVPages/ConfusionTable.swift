internal import Foundation

/// A confusion matrix as a table of counts with shaded cells.
struct ConfusionTable {
  let matrix: ConfusionMatrix
  let caption: String

  var html: String {
    let totals = matrix.totals
    let classes = 0..<matrix.classCount
    var counts = [Int](repeating: 0, count: classes.count * classes.count)
    for cell in matrix.cells { counts[cell.truth * classes.count + cell.prediction] += cell.count }
    func name(_ place: Int) -> String { escaped(matrix.names[place]) }
    let head = classes.map { "<th scope=\"col\">\(name($0))</th>" }.joined()
    let body = classes.map { truth in
      let cells = classes.map { prediction in
        let count = counts[truth * classes.count + prediction]
        let part = totals[truth] == 0 ? 0 : Double(count) / Double(totals[truth])
        let shade = String(format: "%.3f", 0.75 * part)
        return "<td style=\"background: rgba(var(--shade), \(shade))\">\(count == 0 ? "" : grouped(count))</td>"
      }
      return "<tr><th scope=\"row\">\(name(truth))</th>\(cells.joined())</tr>"
    }.joined(separator: "\n")
    let line = escaped(caption.isEmpty ? "Rows: the class; columns: the prediction." : caption)
    return """
      <figure><figcaption>\(line)</figcaption><div class="scroll"><table class="confusion">
      <thead><tr><th></th>\(head)</tr></thead>
      <tbody>
      \(body)
      </tbody></table></div></figure>
      """
  }
}
