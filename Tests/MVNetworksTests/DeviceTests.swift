import MVCore
import Testing

@testable import MVNetworks

@Suite struct DeviceTests {
  @Test func namesAreReadAndWritten() {
    for (text, device) in [("cpu", .cpu), ("cuda", .cuda(nil)), ("cuda:0", .cuda(0)), ("cuda:17", .cuda(17))]
      as [(String, Device)]
    {
      #expect(Device(text) == device && device.description == text)
      #expect(device.kind == (text == "cpu" ? "cpu" : "cuda") && device.isCUDA == (text != "cpu"))
    }
    for text in ["", "CPU", "gpu", "cuda:", "cuda:-1", "cuda:+1", "cuda: 1", "cuda:01", "cuda:128", "cpu:0"] {
      #expect(Device(text) == nil, "\(text)")
    }
  }

  @Test func numbersAreThoseThatAreThere() throws {
    func number(_ text: String, _ count: Int, _ localRank: Int = 0) throws -> Int? {
      try Torch.number(of: #require(Device(text)), among: count, localRank: localRank)
    }
    #expect(try number("cpu", 0, 3) == nil)
    #expect(try number("cuda", 4, 3) == 3 && number("cuda", 2, 3) == 1 && number("cuda:1", 2, 3) == 1)
    for (text, count, words) in [
      ("cuda", 0, "finds no CUDA device here; use device=cpu"), ("cuda:0", 0, "finds no CUDA device here"),
      ("cuda:1", 1, "is not there: libtorch finds one device; use device=cuda"),
      ("cuda:9", 8, "libtorch finds 8 devices; use device=cuda:0 to cuda:7"),
    ] {
      let error = #expect(throws: MVError.self) { try number(text, count) }
      #expect(error?.kind == .usage && error?.subject == "setting device=\(text)")
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
  }

  @Test(.enabled(if: Torch.deviceCount == 0)) func theProcessorIsWhatIsUsed() throws {
    try Torch.use(.cpu)
    #expect(Torch.device == .cpu && Torch.deviceMemory == nil && Torch.deviceName == "this machine")
    #expect(throws: MVError.self) { try Torch.use(.cuda(nil)) }
    #expect(Torch.device == .cpu)
    let error = #expect(throws: MVError.self) { try Torch.withProducts(of: .float16) { () throws(MVError) in } }
    #expect(error?.problem.contains("products of such an element are not made here") == true)
  }

  /// More than any machine has: libtorch says so in words of its own.
  @Test func wantOfMemoryIsOneKindOfError() throws {
    let error = #expect(throws: MVError.self) { try Tensor(repeating: 1, shape: [1 << 24, 1 << 22]) }
    #expect(error?.kind == .outOfMemory, "\(error?.description ?? "")")
  }
}
