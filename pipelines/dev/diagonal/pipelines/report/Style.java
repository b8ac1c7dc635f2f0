package dev.diagonal.pipelines.report;

/** The style sheet of a report: light and dark, on paper, and on a phone. */
final class Style {

  private Style() {}

  static final String SHEET =
      """
      :root{color-scheme:light dark;--page:#fbfbfa;--ink:#1c1e21;--soft:#5d6470;--rule:#dcdfe4;
        --card:#ffffff;--a:#2563eb;--b:#c2560c;--c:#0f8a5f;--bad:#c81e3c;--good:#0f7a4d}
      @media (prefers-color-scheme:dark){:root{--page:#14161a;--ink:#e8eaee;--soft:#a0a7b4;
        --rule:#31363f;--card:#1c1f25;--a:#78a9ff;--b:#ffa35c;--c:#52cf9d;--bad:#ff7b8f;--good:#56d39b}}
      *{box-sizing:border-box}
      body{margin:0 auto;padding:1.5rem 1.25rem 3rem;max-width:60rem;background:var(--page);color:var(--ink);
        font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
      h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0 .4rem}
      h2{font-size:1.15rem;margin:0 0 .6rem}
      h3{font-size:1rem;margin:1rem 0 .3rem}
      p{margin:.3rem 0 .6rem} h1,h3,p{overflow-wrap:anywhere}
      .soft,.legend,th,caption{color:var(--soft)}
      .state{font-weight:600;letter-spacing:.04em;font-size:.85rem}
      .done{color:var(--good)} .failed{color:var(--bad)}
      section{background:var(--card);border:1px solid var(--rule);border-radius:10px;
        padding:1rem 1.15rem;margin:1rem 0;break-inside:avoid}
      .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem 1.2rem;margin:0}
      .figures div{display:flex;flex-direction:column-reverse;justify-content:flex-end}
      .figures dd{margin:0;font-size:1.5rem;font-weight:600;font-variant-numeric:tabular-nums}
      .figures dt{color:var(--soft);font-size:.9rem}
      .scroll{overflow-x:auto}
      table{border-collapse:collapse;width:100%;font-size:.93rem}
      caption{text-align:left;padding-bottom:.3rem}
      th,td{text-align:left;padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--rule);vertical-align:top}
      th{font-weight:500} td.w:first-child{min-width:7rem} th.n,td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
      code,pre{font:.88em/1.45 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
      pre{white-space:pre-wrap;margin:.2rem 0}
      details{margin:.4rem 0} summary{cursor:pointer}
      svg{display:block;width:100%;height:auto;margin:.2rem 0 .4rem}
      svg text{fill:var(--soft);font-size:14px;font-family:inherit}
      svg .axis,svg .wait{stroke:var(--soft)} svg .grid{stroke:var(--rule)}
      svg .line{fill:none;stroke-width:2.2;stroke-linejoin:round}
      svg .s1{stroke:var(--a)} svg .s2{stroke:var(--b)} svg .s3{stroke:var(--c)}
      svg .heat{fill:var(--a)} svg .none{fill:none;stroke:var(--rule)} svg .sum{fill:var(--soft)}
      svg .span{fill:var(--a)} svg .marked{stroke:var(--bad);stroke-width:2.5}
      svg text.on{fill:var(--card)} svg text.off{fill:var(--ink)}
      .legend{margin:0;font-size:.9rem} .legend span{margin-right:1.1rem}
      .key{display:inline-block;width:1.1rem;height:.25rem;border-radius:2px;vertical-align:middle;margin-right:.4rem}
      .key.s1{background:var(--a)} .key.s2{background:var(--b)} .key.s3{background:var(--c)}
      @media (max-width:36rem){body{padding:1rem .7rem 2rem} section{padding:.8rem .8rem}
        svg text{font-size:20px} .figures dd{font-size:1.25rem} th,td{padding-right:.6rem}
        .wide,.wide tbody{display:block} .wide thead{display:none}
        .wide tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(4.7rem,1fr));gap:.15rem .7rem;
          padding:.45rem 0;border-bottom:1px solid var(--rule)}
        .wide td{border:0;padding:0} .wide td.w{grid-column:1/-1;overflow-wrap:anywhere}
        .wide td.n{text-align:left} .wide td.n:empty{display:none}
        .wide td.n::before{content:attr(data-head);display:block;color:var(--soft);font-size:.8rem}}
      @media print{:root{--page:#fff;--card:#fff;--ink:#000;--soft:#444;--rule:#bbb;--a:#2563eb;--b:#c2560c;--c:#0f8a5f}
        body{max-width:none;padding:0;font-size:11pt} section{border:0;padding:.3rem 0} details>*{display:revert}
        *{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
      """;
}
