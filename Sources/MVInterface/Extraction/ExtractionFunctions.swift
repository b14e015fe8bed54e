public import CInterface
internal import Foundation
internal import MVCore
internal import MVExtraction
internal import MVRepresentations
internal import MVStore

/// Implements `mvmr_extraction_create`, which `mvmr.h` describes.
@c @implementation
public func mvmr_extraction_create(
  _ options: UnsafePointer<CChar>?, _ extraction: UnsafeMutablePointer<OpaquePointer?>?
) -> mvmr_status {
  attempt {
    let place = try place(extraction, "extraction")
    RepresentationHandle.useOneThreadPerCall
    place.pointee = Handles.add(ExtractionHandle(try ExtractionOptions(options)))
  }
}

/// Implements `mvmr_extraction_free`, which `mvmr.h` describes.
@c @implementation
public func mvmr_extraction_free(_ extraction: OpaquePointer?) {
  Handles.remove(extraction, as: ExtractionHandle.self)
}

private struct PlanDocument: Encodable {
  struct Part: Encodable {
    let split, representation: String
    let images, bytes: Int
    let shape: [Int]
    let settings: [String: SettingValue]
  }
  let notices: [String]
  let parts: [Part]
}

/// Implements `mvmr_extraction_plan`, which `mvmr.h` describes.
@c @implementation
public func mvmr_extraction_plan(
  _ extraction: OpaquePointer?, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> mvmr_status {
  attempt {
    let options = try Handles.find(extraction, as: ExtractionHandle.self).options
    let place = try place(json, "json")
    let plan = try options.extraction.plan()
    let parts = plan.splits.flatMap { split in
      plan.representations.map { representation in
        PlanDocument.Part(
          split: split.name, representation: representation.name, images: split.count,
          bytes: split.count * representation.columns * plan.element.size, shape: representation.shape,
          settings: representation.settings)
      }
    }
    try give(PlanDocument(notices: options.notices, parts: parts), to: place)
  }
}

private struct Written: Encodable {
  let output: String
}

/// Implements `mvmr_extraction_run`, which `mvmr.h` describes.
@c @implementation
public func mvmr_extraction_run(
  _ extraction: OpaquePointer?, _ progress: mvmr_progress?, _ context: UnsafeMutableRawPointer?,
  _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> mvmr_status {
  attempt {
    let handle = try Handles.find(extraction, as: ExtractionHandle.self)
    let (summary, notices) = try handle.run(Listener(progress: progress, context: context))
    guard let json else { return }
    let written = Written(output: handle.options.extraction.output.path)
    try give(
      JoinedObject(first: JoinedObject(first: written, second: summary), second: Notices(notices: notices)), to: json)
  }
}

/// Implements `mvmr_extraction_cancel`, which `mvmr.h` describes.
@c @implementation
public func mvmr_extraction_cancel(_ extraction: OpaquePointer?) -> mvmr_status {
  attempt { try Handles.find(extraction, as: ExtractionHandle.self).cancel() }
}
