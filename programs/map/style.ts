/**
 * Colours of states are those of Okabe and Ito, a little darker or lighter for enough contrast: people with any kind of colour
 * blindness can tell them apart. Each state has a sign and a word beside its colour.
 */
const LIGHT = `
--page:#ffffff;--raised:#f6f8fa;--text:#16191f;--faint:#545b64;--line:#b8c0c8;--focus:#0058a3;
--busy:#0072b2;--errors:#b84300;--gone:#8f2d6d;--idle:#6b7580;--unknown:#6b7580;--wash:#fdf0e6;`;

const DARK = `
--page:#0f141a;--raised:#1b232d;--text:#f2f3f3;--faint:#b6bec9;--line:#4b5763;--focus:#8cc8ff;
--busy:#6cbff0;--errors:#ff9a57;--gone:#f0a3d0;--idle:#8d98a5;--unknown:#8d98a5;--wash:#33210f;`;

const states = ['busy', 'errors', 'gone', 'idle', 'unknown'] as const;

export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;height:100vh;height:100dvh;display:grid;grid-template:auto minmax(0,1fr) auto/minmax(0,1fr);
background:var(--page);color:var(--text);
font:15px/1.45 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
header{padding:12px 16px 10px;border-bottom:1px solid var(--line);display:flex;flex-wrap:wrap;gap:6px 20px;align-items:center}
h1{font-size:19px;margin:0}
h1 small{font-size:14px;font-weight:normal;color:var(--faint)}
#status{margin:0;color:var(--faint)}
#status.gone{color:var(--gone);font-weight:600}
form{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;width:100%;margin:0}
.group{display:inline-flex;gap:14px;align-items:center}
.group:has(button){gap:6px}
body:not(.showing-map) .of-map{display:none}
label{display:inline-flex;gap:6px;align-items:center;white-space:nowrap}
input,select,button{font:inherit;color:inherit}
input[type=search],select,button{background:var(--raised);border:1px solid var(--line);border-radius:5px;padding:4px 8px;min-height:32px}
input[type=search]{width:11em}
select{max-width:14em}
button{cursor:pointer;min-width:32px}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
main{position:relative;display:grid;grid-template-columns:minmax(0,1fr);min-height:0}
#map,#list{overflow:auto;min-height:0;height:100%}
#map svg{display:block;margin:0 auto}
#list{padding:0 16px 16px}
.scroll{overflow-x:auto;margin:12px 0}
table{border-collapse:separate;border-spacing:0;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:4px 0}
th,td{text-align:right;padding:3px 10px;border-bottom:1px solid var(--line);white-space:nowrap;font-weight:normal}
thead th{color:var(--faint)}
th:first-child{text-align:left;padding-left:0;position:sticky;left:0;background:var(--page)}
tbody tr{cursor:pointer}
tbody tr:hover td,tbody tr.selected td{background:var(--raised)}
tbody tr.errors td:nth-child(3){color:var(--errors);font-weight:600}
tbody tr.gone td:nth-child(7){color:var(--gone);font-weight:600}
th .sign{display:inline-block;width:1.3em}
.open{border:0;background:none;padding:2px 0;text-align:left;min-height:28px}
.open:hover{text-decoration:underline}
${states.map((state) => `tr.${state} .sign,li.${state} .what{color:var(--${state})}`).join('\n')}
footer{padding:6px 16px;border-top:1px solid var(--line);color:var(--faint);display:flex;flex-wrap:wrap;gap:2px 18px;font-size:13px}
${states.map((state) => `footer .${state} b{color:var(--${state})}`).join('\n')}
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:var(--text)}
.name{font-size:14px;font-weight:bold}
.caption{font-size:11px;fill:var(--faint)}
.frame rect{fill:none;stroke:var(--line);stroke-dasharray:2 4}
.frame text{font-weight:bold}
.part{cursor:pointer}
.part:focus{outline:none}
.body{fill:var(--raised);stroke:var(--line);stroke-width:1.5}
.stripe{fill:var(--line)}
.pill{fill:var(--page);stroke:none;fill-opacity:.92}
.figure{font-size:11px}
.sign{font-weight:bold}
.wire,.around{fill:none}
.wire{stroke:var(--idle)}
.around{stroke:var(--page);stroke-width:6}
.head{fill:var(--idle)}
.grpc .wire{stroke-dasharray:7 3}
.http2 .wire{stroke-dasharray:14 3}
.tcp .wire{stroke-dasharray:2 3}
.belongs .wire{stroke-dasharray:1 5;stroke-width:1.5}
${states
  .map(
    (state) =>
      `.box.${state} .stripe{fill:var(--${state})}.box.${state} .sign,.label.${state} .sign{fill:var(--${state})}` +
      `.call.${state} .wire{stroke:var(--${state})}.call.${state} .head{fill:var(--${state})}`,
  )
  .join('\n')}
.box.errors .body{stroke:var(--errors);stroke-width:2}
.box.errors .line:nth-of-type(4){fill:var(--errors);font-weight:bold}
.box.gone .body{stroke:var(--gone);stroke-width:2.5;stroke-dasharray:6 4}
.box.gone .line:last-of-type{fill:var(--gone);font-weight:bold}
.label.errors .figure{fill:var(--errors);font-weight:bold}
.label.idle .figure{fill:var(--faint)}
.faint{opacity:.13}
.part:hover .body,.part:hover .pill{stroke:var(--text);stroke-width:1.5}
.part.selected .body,.part.selected .pill{stroke:var(--focus);stroke-width:3;stroke-dasharray:none}
.part:focus-visible .body,.part:focus-visible .pill{stroke:var(--focus);stroke-width:3.5;stroke-dasharray:none}
#panel{display:flex;flex-direction:column;min-height:0;background:var(--page);border-left:1px solid var(--line)}
.with-panel main{grid-template-columns:minmax(0,1fr) 400px}
#panel header{flex-wrap:nowrap;justify-content:space-between}
#panel h2{font-size:17px;margin:0;overflow-wrap:anywhere}
#panel-content{overflow:auto;padding:4px 16px 20px}
h3{font-size:14px;margin:16px 0 4px}
dl{display:grid;grid-template-columns:minmax(8em,max-content) minmax(0,1fr);gap:2px 14px;margin:0}
dt{color:var(--faint);overflow-wrap:anywhere;max-width:14em}
dd{margin:0;overflow-wrap:anywhere}
.trouble{color:var(--errors);font-weight:600;margin:8px 0 0}
.around-button{margin-top:12px}
.requests{list-style:none;margin:0;padding:0}
.requests li{padding:5px 0;border-bottom:1px solid var(--line);display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 12px}
.requests .why,.requests .where{grid-column:1/-1}
.figures{margin-top:12px}
.figures th,.figures td{padding:2px 0 2px 12px;white-space:normal}
.figures th:first-child{padding-left:0}
.figures thead th:first-child{font-weight:600;font-size:14px;color:var(--text)}
.figures tbody tr{cursor:default}
.figures tbody tr:hover td{background:none}
.requests .what{font:13px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.requests .why{color:var(--errors)}
.requests .where{color:var(--faint);font-size:13px;overflow-wrap:anywhere}
summary{cursor:pointer;padding:4px 0}
pre{font:12px/1.4 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow:auto;max-height:60vh;
background:var(--raised);border:1px solid var(--line);
border-radius:5px;padding:8px;margin:4px 0}
.nothing{margin:24px 0;color:var(--faint)}
@media (max-width:1000px){
#panel{position:absolute;inset:0;border-left:0;z-index:1}
.with-panel main{grid-template-columns:minmax(0,1fr)}
}
@media (max-width:700px){
body{height:auto;min-height:100vh;min-height:100dvh}
#map{height:75vh}
#list{height:auto}
header{padding:8px 12px;gap:2px 12px}
form{gap:4px 14px}
#status{font-size:14px}
#find{width:8.5em}
select{max-width:10.5em}
th,td{padding:3px 7px}
#list{padding:0 12px 12px}
input,select,button{min-height:36px}
.open{min-height:36px}
#panel{position:fixed}
}
`;
