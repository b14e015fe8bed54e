extension HTMLReport {
  /// The page's style sheet: system fonts, one column, colours for light and dark.
  static let style = """
    :root {
      --ground: #fbfbfa; --panel: #ffffff; --ink: #1d2228; --soft: #5d6773; --line: #dfe3e8; --mark: #e6f2ea;
      --marked: #14613a; --shade: 28, 99, 176;
      --s0: #1c63b0; --s1: #c8501e; --s2: #2b8a57; --s3: #8a4fb3; --s4: #b07d12; --s5: #1b8d98; --s6: #b83265; --s7: #69737d;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #15181c; --panel: #1c2026; --ink: #e4e8ec; --soft: #98a3af; --line: #333a43; --mark: #1d3a2a;
        --marked: #7fd6a3; --shade: 96, 165, 240;
        --s0: #6aaef5; --s1: #f0895a; --s2: #62c78f; --s3: #c08fe6; --s4: #e0b04a; --s5: #55c5d0; --s6: #f07aa6; --s7: #a3adb8;
      }
    }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
    main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
    h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1.25rem; }
    h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--line); }
    p { max-width: 44rem; margin: .75rem 0; overflow-wrap: anywhere; }
    pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; overflow-x: auto;
      font: .85rem/1.5 ui-monospace, monospace; }
    figure { margin: 1.25rem 0; }
    figcaption { color: var(--soft); font-size: .875rem; margin: .4rem 0; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
    th, td { padding: .4rem .8rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
    thead th { color: var(--soft); font-weight: 600; border-bottom-width: 2px; }
    th.number, td.number { text-align: right; }
    td.best { background: var(--mark); color: var(--marked); font-weight: 600; }
    table.confusion th, table.confusion td { padding: .25rem .5rem; text-align: right; font-size: .8rem; }
    table.confusion thead th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; white-space: nowrap; }
    table.confusion td { border: 1px solid var(--line); min-width: 2.6rem; }
    svg { width: 100%; max-width: 46rem; height: auto; display: block; font: 12px system-ui, sans-serif; }
    svg text { fill: var(--soft); }
    svg .grid { stroke: var(--line); stroke-width: 1; }
    svg .axis { stroke: var(--soft); stroke-width: 1; }
    svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
    svg .value { fill: var(--ink); }
    .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: .4rem 0; padding: 0;
      font-size: .875rem; color: var(--soft); }
    .legend i { display: inline-block; width: 1.1rem; height: .25rem; border-radius: 2px; margin-right: .45rem;
      vertical-align: middle; }
    .images { display: grid; gap: .9rem; }
    .images figure { margin: 0; min-width: 0; }
    .images img { width: 100%; display: block; border-radius: 4px; background: var(--line); }
    .images img.pixelated { image-rendering: pixelated; }
    .images figcaption { text-align: center; overflow-wrap: anywhere; font-size: .8rem; margin: .3rem 0 0; }
    """
}
