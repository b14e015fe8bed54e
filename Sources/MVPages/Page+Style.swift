extension Page {
  /// The page's style sheet: system fonts, one column, colors for light and dark.
  static let style = """
    :root {
      --ground: #fbfbfa; --panel: #ffffff; --ink: #1d2228; --soft: #5d6773; --line: #dfe3e8; --mark: #e6f2ea;
      --marked: #14613a; --shade: 28, 99, 176;
      --right: #1d7a46; --wrong: #b8331f; --hue: 75% 42%;
      --m0: #1f77b4; --m1: #e8710a; --m2: #2a9d3f; --m3: #d1262c; --m4: #8456c4; --m5: #8b5a45; --m6: #e05aa8;
      --m7: #6b7280; --m8: #a8a312; --m9: #12a8b8;
      --s0: #1c63b0; --s1: #c8501e; --s2: #2b8a57; --s3: #8a4fb3; --s4: #b07d12; --s5: #1b8d98; --s6: #b83265; --s7: #69737d;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #15181c; --panel: #1c2026; --ink: #e4e8ec; --soft: #98a3af; --line: #333a43; --mark: #1d3a2a;
        --marked: #7fd6a3; --shade: 96, 165, 240;
        --right: #6fd39b; --wrong: #ff8d78; --hue: 75% 62%;
        --m0: #5aa9e6; --m1: #ffa04d; --m2: #5fcf74; --m3: #ff6b6b; --m4: #b794f6; --m5: #c49a86; --m6: #ff8ccf;
        --m7: #aab2bd; --m8: #dcd64a; --m9: #4fd8e6;
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
    svg .interval { stroke: var(--ink); stroke-width: 1.5; fill: none; }
    .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: .4rem 0; padding: 0;
      font-size: .875rem; color: var(--soft); }
    .legend i { display: inline-block; width: 1.1rem; height: .25rem; border-radius: 2px; margin-right: .45rem;
      vertical-align: middle; }
    .images { display: grid; gap: .9rem; }
    .images figure { margin: 0; min-width: 0; }
    .images img { width: 100%; display: block; border-radius: 4px; background: var(--line); }
    .images img.pixelated { image-rendering: pixelated; }
    .images figcaption { text-align: center; overflow-wrap: anywhere; font-size: .8rem; margin: .3rem 0 0; }
    dl.facts { margin: 1rem 0; font-size: .9rem; }
    dl.facts div { display: grid; grid-template-columns: 9rem 1fr; gap: 0 1rem; padding: .35rem 0;
      border-bottom: 1px solid var(--line); }
    dl.facts dt { color: var(--soft); grid-row: span 9; }
    dl.facts dd { margin: 0; grid-column: 2; overflow-wrap: anywhere; }
    ol.bars { list-style: none; margin: .5rem 0; padding: 0; font-size: .85rem; max-width: 40rem;
      font-variant-numeric: tabular-nums; }
    ol.bars.many { max-width: none; columns: 17rem; column-gap: 2rem; font-size: .78rem; }
    ol.bars li { display: grid; grid-template-columns: minmax(0, 8.5rem) 1fr 2.6rem; gap: .6rem; align-items: center;
      break-inside: avoid; line-height: 1.55; }
    ol.bars span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    ol.bars span:last-child { text-align: right; }
    ol.bars .track { position: relative; height: .72em; border-radius: 3px; background: var(--line); }
    ol.bars .track i { position: absolute; inset: 0 auto 0 0; background: var(--s0); border-radius: 3px; }
    ol.bars .track b { position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px; background: var(--s1); }
    svg.confusion .error { fill: var(--s1); }
    svg.confusion .right { fill: var(--s0); }
    .map svg { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; max-width: none; }
    .map .views { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem; }
    .map .views figure { margin: 0; min-width: 0; }
    .map .p { fill-opacity: .8; }
    .map .p:hover { fill-opacity: 1; stroke: var(--ink); }
    .map ul.classes { display: flex; flex-wrap: wrap; gap: .2rem .9rem; list-style: none; margin: .5rem 0; padding: 0;
      font-size: .85rem; }
    .map details ul.classes { display: block; columns: 10rem; max-height: 22rem; overflow-y: auto; font-size: .8rem; }
    .map summary { color: var(--soft); font-size: .875rem; cursor: pointer; margin: .4rem 0; }
    .map label { cursor: pointer; white-space: nowrap; }
    .map label svg { display: inline; width: .9em; height: .9em; border: 0; background: none; vertical-align: -.08em;
      margin-right: .3em; }
    .map input { margin: 0 .15rem 0 0; accent-color: var(--s0); }
    p.note { color: var(--soft); font-size: .875rem; }
    .case { display: grid; grid-template-columns: 8rem 1fr; gap: 1rem; padding: 1rem 0; border-top: 1px solid var(--line); }
    .case figure { margin: 0; }
    .case img, .case .absent { width: 100%; aspect-ratio: 1; object-fit: contain; display: block; border-radius: 4px;
      background: var(--line); }
    .case .absent { display: grid; place-items: center; color: var(--soft); font-size: .7rem; }
    .pixelated img { image-rendering: pixelated; }
    .case figcaption { color: var(--ink); overflow-wrap: anywhere; }
    .case .verdict { display: block; }
    .case.yes .verdict, .case li.yes b { color: var(--right); }
    .case.no .verdict, .case li.no b { color: var(--wrong); }
    .case ol { display: grid; grid-template-columns: repeat(8, minmax(0, 1fr)); gap: .6rem; list-style: none; margin: 0;
      padding: 0; font-size: .75rem; line-height: 1.3; align-content: start; }
    .case li img, .case li .absent { border-bottom: 3px solid var(--wrong); }
    .case li.yes img, .case li.yes .absent { border-bottom-color: var(--right); }
    .case li span { display: block; overflow: hidden; text-overflow: ellipsis; margin-top: .2rem; overflow-wrap: anywhere; }
    .case li small { color: var(--soft); font-variant-numeric: tabular-nums; }
    @media (max-width: 42rem) {
      main { padding: 1.25rem .9rem 3rem; }
      h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
      svg[viewBox^="0 0 720"] { font-size: 19px; }
      dl.facts div { grid-template-columns: 1fr; }
      dl.facts dd { grid-column: 1; }
      th, td { padding: .35rem .5rem; }
      .case { grid-template-columns: 1fr; gap: .6rem; }
      .case > figure { display: grid; grid-template-columns: 6rem 1fr; gap: .8rem; align-items: center; }
      .case ol { grid-template-columns: repeat(4, minmax(0, 1fr)); }
    }
    """
}
