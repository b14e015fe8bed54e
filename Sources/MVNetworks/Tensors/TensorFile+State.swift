package import Foundation
package import MVCore
package import MVWeights

extension TensorFile {
  /// Writes the state of a network into a folder of this program's own, where no link is followed.
  ///
  /// Throws where the file cannot be written.
  package static func write(
    _ state: [NamedTensor], metadata: [String: String], to url: URL
  ) throws(MVError) {
    let items = state.map { item in
      Item(name: item.name, shape: item.tensor.shape) { () throws(MVError) in try item.tensor.values() }
    }
    try write(items, metadata: metadata, to: url, followsLinks: false)
  }
}
