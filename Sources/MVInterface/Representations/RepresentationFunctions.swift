public import CInterface
internal import Foundation
internal import MVCore
internal import MVFiles
internal import MVImaging
internal import MVRepresentations

/// Implements `mvmr_catalogue`, which `mvmr.h` describes.
@c @implementation
public func mvmr_catalogue(_ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> mvmr_status {
  attempt { try give(CatalogueDocument(.standard), to: place(json, "json")) }
}

/// Implements `mvmr_representation_create`, which `mvmr.h` describes.
@c @implementation
public func mvmr_representation_create(
  _ specification: UnsafePointer<CChar>?, _ representation: UnsafeMutablePointer<OpaquePointer?>?
) -> mvmr_status {
  attempt {
    let place = try place(representation, "representation")
    let parsed = try RepresentationSpecification(parsing: callerText(specification, "specification"))
    place.pointee = Handles.add(try RepresentationHandle(parsed))
  }
}

/// Implements `mvmr_representation_create_with`, which `mvmr.h` describes.
@c @implementation
public func mvmr_representation_create_with(
  _ name: UnsafePointer<CChar>?, _ settings: UnsafePointer<CChar>?,
  _ representation: UnsafeMutablePointer<OpaquePointer?>?
) -> mvmr_status {
  attempt {
    let place = try place(representation, "representation")
    let entry = try Catalogue.standard.entry(named: callerText(name, "name"))
    var values: [String: SettingValue] = [:]
    if settings != nil {
      let written = try callerText(settings, "settings")
      guard case .pairs(let given)? = CanonicalJSON.value(SettingValue.self, from: written) else {
        throw Refusal(
          MVMR_INVALID_ARGUMENT, "settings of \(entry.name)", "are no JSON object", remedy: "write for example {}")
      }
      values = given
    }
    let specification = RepresentationSpecification(name: entry.name, settings: values)
    place.pointee = Handles.add(try RepresentationHandle(specification))
  }
}

/// Implements `mvmr_representation_free`, which `mvmr.h` describes.
@c @implementation
public func mvmr_representation_free(_ representation: OpaquePointer?) {
  Handles.remove(representation, as: RepresentationHandle.self)
}

private struct RepresentationDocument: Encodable {
  let name, summary, specification, stored_name, float_range: String
  let takes_float: Bool
  let settings: [String: SettingValue]
}

/// Implements `mvmr_representation_description`, which `mvmr.h` describes.
@c @implementation
public func mvmr_representation_description(
  _ representation: OpaquePointer?, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> mvmr_status {
  attempt {
    let handle = try Handles.find(representation, as: RepresentationHandle.self)
    let kind = type(of: handle.representation)
    let floats = FloatRange(takesFloats: kind.takesFloatPixels, needsUnit: kind.needsUnitFloats)
    let sketch = Sketch().settingValues
    try give(
      RepresentationDocument(
        name: kind.name, summary: kind.summary, specification: handle.specification.description,
        stored_name: handle.specification.storedName, float_range: floats.rawValue,
        takes_float: kind.takesFloatPixels,
        settings: handle.representation.settingValues.merging(sketch) { own, _ in own }),
      to: place(json, "json"))
  }
}

/// Implements `mvmr_representation_layout`, which `mvmr.h` describes.
@c @implementation
public func mvmr_representation_layout(
  _ representation: OpaquePointer?, _ height: Int64, _ width: Int64, _ channels: Int64,
  _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> mvmr_status {
  attempt {
    let handle = try Handles.find(representation, as: RepresentationHandle.self)
    let layout = try handle.layout(for: CallerImages.shape(height, width, channels))
    try give(
      LayoutDocument(shape: layout.shape, axes: layout.axes, labels: layout.labels), to: place(json, "json"))
  }
}

/// Implements `mvmr_representation_columns`, which `mvmr.h` describes.
@c @implementation
public func mvmr_representation_columns(
  _ representation: OpaquePointer?, _ height: Int64, _ width: Int64, _ channels: Int64,
  _ columns: UnsafeMutablePointer<Int64>?
) -> mvmr_status {
  attempt {
    let handle = try Handles.find(representation, as: RepresentationHandle.self)
    let place = try place(columns, "columns")
    place.pointee = Int64(try handle.columns(for: CallerImages.shape(height, width, channels)))
  }
}

/// Implements `mvmr_representation_compute`, which `mvmr.h` describes.
@c @implementation
public func mvmr_representation_compute(
  _ representation: OpaquePointer?, _ images: UnsafePointer<mvmr_images>?, _ rows: UnsafeMutablePointer<Float>?,
  _ stride: Int64, _ capacity: Int64, _ threadCount: Int32
) -> mvmr_status {
  attempt {
    let handle = try Handles.find(representation, as: RepresentationHandle.self)
    let images = try CallerImages(images)
    try handle.checkType(images)
    let columns = try handle.columns(for: images.shape)
    let rows = try CallerRows(rows, count: images.count, columns: columns, stride: stride, capacity: capacity)
    try handle.compute(images, into: rows, columns: columns, threads: threads(threadCount))
  }
}

/// Implements `mvmr_representation_picture`, which `mvmr.h` describes.
@c @implementation
public func mvmr_representation_picture(
  _ representation: OpaquePointer?, _ image: UnsafePointer<mvmr_images>?, _ format: mvmr_picture_format,
  _ bytes: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, _ size: UnsafeMutablePointer<Int64>?,
  _ height: UnsafeMutablePointer<Int64>?, _ width: UnsafeMutablePointer<Int64>?
) -> mvmr_status {
  attempt {
    let handle = try Handles.find(representation, as: RepresentationHandle.self)
    let (bytes, size) = (try place(bytes, "bytes"), try place(size, "size"))
    let images = try CallerImages(image)
    try handle.checkType(images)
    guard images.count == 1 else {
      throw Refusal(MVMR_INVALID_ARGUMENT, "images", "are \(images.count)", remedy: "a picture is of one image")
    }
    guard [MVMR_PICTURE_RGB, MVMR_PICTURE_PNG].contains(Int(format)) else {
      throw Refusal(MVMR_INVALID_ARGUMENT, "format", "is \(format)", remedy: "give RGB (0) or PNG (1)")
    }
    _ = try handle.columns(for: images.shape)
    let picture = try handle.representation.pictureWithinMemory(of: images.batch(0..<1)[0])
    guard case .uint8(let pixels) = picture.pixels, picture.shape.channels == 3 else {
      throw MVError.internalFault("picture of \(handle.specification)", "is not RGB")
    }
    let result = Int(format) == MVMR_PICTURE_PNG ? try picture.pngData() : Data(pixels)
    let copy = try memory(result.count).bindMemory(to: UInt8.self, capacity: result.count)
    result.copyBytes(to: copy, count: result.count)
    bytes.pointee = copy
    size.pointee = Int64(result.count)
    height?.pointee = Int64(picture.shape.height)
    width?.pointee = Int64(picture.shape.width)
  }
}
