// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Draws report.json. Names come from a file that anyone may have made, so that
// all text goes through textContent and nothing through HTML.
'use strict';

(() => {
const report = JSON.parse(document.getElementById('data').textContent);
const selected = report.candidates.find(candidate => candidate.name === report.selected);
const byId = id => document.getElementById(id);
const charts = [];

// ---- Words and numbers ----

const whole = value => Math.round(value).toLocaleString('en');
const fixed = digits => value => value.toFixed(digits);
const error = fixed(5);
const milliseconds = fixed(3);
const percent = value => (100 * value).toFixed(value > 0 && value < 0.001 ? 3 : 1) + ' %';
const bytes = value => whole(value) + ' B';
const short = value => Math.abs(value) >= 1000 ? whole(value) : String(Number(value.toPrecision(3)));
const interval = ends => ends ? `${short(ends[0])} to ${short(ends[1])}` : '–';
const int8 = candidate => (candidate.measured.validation || {}).mae_int8;
const statusWords = {selected: 'selected', front: 'on the front', over_budget: 'over the budget', dominated: 'dominated'};
const shape = candidate => `${candidate.cell}, ${candidate.units} units, ${candidate.steps} steps, ` +
    `${candidate.basis} curves, ${candidate.solver.replace('_', ' ')} ×${candidate.solver_steps}` +
    (candidate.density < 1 ? `, ${percent(candidate.density)} of the weights` : '') +
    (candidate.place === 'ram' ? ', tables in RAM' : '');
const costs = {
  flash_bytes: {name: 'Flash', unit: 'B', limit: report.budget.flash_bytes},
  ram_bytes: {name: 'RAM', unit: 'B', limit: report.budget.ram_bytes},
  cycles: {name: 'Cycles', unit: '', limit: report.budget.ms && report.budget.ms * report.clock_mhz * 1e3},
};

// ---- Small builders ----

function make(tag, properties, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function fill(list, pairs) {
  for (const [term, text] of pairs)
    list.append(make('dt', {textContent: term}), make('dd', {textContent: text}));
}

function bar(share) {
  const inner = make('span');
  inner.style.width = `${Math.min(100, 100 * share)}%`;
  return make('div', {className: 'bar', ariaHidden: 'true'}, inner);
}

/// Columns are [title, cell of a row, class of the cells]; a cell is text or a
/// node, and the first one is the row's header.
function fillTable(table, columns, rows, decorate = () => {}) {
  const head = make('tr');
  for (const [title, , kind] of columns)
    head.append(make('th', {scope: 'col', textContent: title, className: kind || ''}));
  const body = make('tbody');
  rows.forEach((row, index) => {
    const line = make('tr');
    columns.forEach(([, cell, kind], column) => {
      const properties = {className: kind || ''};
      if (column === 0) properties.scope = 'row';
      line.append(make(column === 0 ? 'th' : 'td', properties, cell(row, index)));
    });
    decorate(line, row, index);
    body.append(line);
  });
  table.append(make('thead', {}, head), body);
}

// ---- Plots ----

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.plugins.legend.position = 'bottom';
Chart.defaults.plugins.legend.labels.usePointStyle = true;
Chart.defaults.plugins.legend.labels.boxHeight = 7;

/// A chart that is made anew when the page turns dark or light.
function draw(id, configuration) {
  const canvas = typeof id === 'string' ? byId(id) : id;
  charts.push(() => {
    Chart.defaults.color = colour('soft');
    Chart.defaults.borderColor = colour('grid');
    const old = Chart.getChart(canvas);
    if (old) old.destroy();
    new Chart(canvas, configuration());
  });
  charts[charts.length - 1]();
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach(again => again()));

/// Shows groups of lines, the first one of each bold, beside a point of a canvas.
function showTip(canvas, x, y, groups) {
  const tip = byId('tip');
  tip.replaceChildren(...groups.flatMap(lines =>
      lines.map((line, i) => make(i === 0 ? 'b' : 'p', {textContent: line}))));
  tip.hidden = false;
  const box = canvas.getBoundingClientRect();
  const width = document.documentElement.clientWidth, margin = 12;
  const left = Math.max(margin, Math.min(box.left + x + margin, width - tip.offsetWidth - margin));
  const above = box.top + y - tip.offsetHeight - margin;
  tip.style.left = `${left + scrollX}px`;
  tip.style.top = `${(above > 0 ? above : box.top + y + margin) + scrollY}px`;
}

const tooltip = linesOf => ({
  enabled: false,
  external: ({chart, tooltip: state}) => {
    const near = state.opacity > 0 && state.dataPoints || [];
    // What lies under the nearest point belongs to it.
    const groups = near.filter(point => point.raw.x === near[0].raw.x && point.raw.y === near[0].raw.y)
        .map(point => linesOf(point.raw, point)).filter(Boolean);
    if (groups.length) showTip(chart.canvas, state.caretX, state.caretY, groups);
    else byId('tip').hidden = true;
  },
});

// ---- The selected model ----

function drawHead() {
  document.title = `${report.selected} · dlnet report`;
  byId('headline').textContent = report.selected;
  byId('lead').textContent = `${shape(selected)}. ${selected.reason[0].toUpperCase()}${selected.reason.slice(1)}.`;
  /// A figure, a line below it, and how much of a limit it takes.
  const tile = (name, show, value, limit, below) => {
    const content = make('dd', {textContent: show(value)});
    const text = [limit && `of ${show(limit)}`, below].filter(Boolean).join('; ');
    if (text) content.append(make('div', {className: 'limit', textContent: text}));
    if (limit) content.append(bar(value / limit));
    byId('tiles').append(make('div', {}, make('dt', {textContent: name}), content));
  };
  const {budget} = report;
  const {validation = {}, test = {}} = selected.measured;
  const float = measured => [
    measured.mae_float !== undefined && `float ${error(measured.mae_float)}`,
    !measured.verifiable && 'not verifiable: recorded without a digest of the weights',
  ].filter(Boolean).join('; ');
  if (validation.mae_int8 !== undefined)
    tile('Error, validation', error, validation.mae_int8, budget.mae, float(validation));
  if (test.mae_int8 !== undefined) tile('Error, test', error, test.mae_int8, 0, float(test));
  for (const split of selected.measured_of_other_weights)
    tile(`Error, ${split}`, () => '–', 0, 0, 'left out: measured of other weights');
  tile('Flash', bytes, selected.flash_bytes, budget.flash_bytes);
  tile('RAM', bytes, selected.ram_bytes, budget.ram_bytes);
  tile('Stack', bytes, selected.stack_bytes);
  tile('Forecast', value => `${short(value)} ms`, selected.ms, budget.ms,
       `${whole(selected.cycles)} ${report.cycles_are_modelled ? 'cycles' : 'instructions, one a cycle'} at ${report.clock_mhz} MHz on ${
           report.target_is}` +
           (report.flash_wait_states ? `, ${report.flash_wait_states} wait states` : ''));
}

// ---- The front ----

const styles = {
  selected: {colour: 'chosen', pointStyle: 'rectRot', radius: 9, filled: true},
  front: {colour: 'good', pointStyle: 'circle', radius: 6, filled: true},
  over_budget: {colour: 'over', pointStyle: 'triangle', radius: 7, filled: false},
  dominated: {colour: 'dropped', pointStyle: 'circle', radius: 4, filled: false},
};

const tipOf = candidate => [
  candidate.name, shape(candidate),
  `int8 error ${error(int8(candidate))}; flash ${bytes(candidate.flash_bytes)}; RAM ${bytes(candidate.ram_bytes)}; ` +
      `${whole(candidate.cycles)} cycles, ${milliseconds(candidate.ms)} ms`,
  candidate.reason,
];

function frontConfiguration(key) {
  const cost = costs[key];
  const point = candidate => ({x: candidate[key], y: int8(candidate), candidate});
  const datasets = Object.entries(styles).map(([status, style]) => ({
    label: statusWords[status],
    data: report.candidates.filter(candidate => candidate.status === status).map(point),
    pointStyle: style.pointStyle, pointRadius: style.radius, pointHoverRadius: style.radius + 2, pointBorderWidth: 2, pointHoverBorderWidth: 3,
    borderColor: colour(style.colour), backgroundColor: style.filled ? colour(style.colour) : 'transparent',
  })).filter(set => set.data.length);
  const byCost = report.candidates.slice().sort((a, b) => a[key] - b[key] || int8(a) - int8(b));
  const line = [];
  for (const candidate of byCost)
    if (!line.length || int8(candidate) < line[line.length - 1].y)
      line.push({x: candidate[key], y: int8(candidate)});
  line.push({x: byCost[byCost.length - 1][key], y: line[line.length - 1].y});
  const plain = {type: 'line', pointRadius: 0, pointHitRadius: 0, pointHoverRadius: 0, pointStyle: 'line', borderWidth: 1.5};
  datasets.push({...plain, label: 'least error', data: line, stepped: true, borderColor: colour('good')});
  const errors = report.candidates.map(int8), values = report.candidates.map(candidate => candidate[key]);
  const limits = [];
  if (cost.limit)
    limits.push([{x: cost.limit, y: Math.min(...errors)}, {x: cost.limit, y: Math.max(...errors)}]);
  if (report.budget.mae)
    limits.push([{x: Math.min(...values), y: report.budget.mae}, {x: Math.max(...values), y: report.budget.mae}]);
  for (const data of limits)
    datasets.push({...plain, label: 'budget', data, borderColor: colour('over'), borderDash: [5, 4]});
  return {
    type: 'scatter',
    data: {datasets},
    options: {
      interaction: {mode: 'nearest', intersect: true},
      plugins: {
        tooltip: tooltip(raw => raw.candidate && tipOf(raw.candidate)),
        legend: {labels: {filter: (item, data) => data.datasets.findIndex(set => set.label === item.text) === item.datasetIndex}},
      },
      scales: {
        x: {title: {display: true, text: cost.name + (cost.unit && `, ${cost.unit}`)}, grace: '2%', ticks: {maxTicksLimit: 12, callback: whole}},
        y: {title: {display: true, text: 'int8 error on validation cells'}, grace: '2%', ticks: {callback: error}},
      },
    },
  };
}

/// Points out a candidate in the plot, as hovering does.
function pointOut(candidate) {
  const chart = Chart.getChart('front');
  const active = [];
  chart.data.datasets.forEach((set, datasetIndex) => set.data.forEach((raw, index) => {
    if (candidate && raw.candidate === candidate) active.push({datasetIndex, index});
  }));
  chart.setActiveElements(active);
  chart.update('none');
}

function drawFront() {
  if (report.candidates.length < 2) {
    byId('front-section').hidden = true;
    return;
  }
  let shown = 'flash_bytes';
  for (const [key, cost] of Object.entries(costs)) {
    const input = make('input', {type: 'radio', name: 'cost', value: key, checked: key === shown});
    input.addEventListener('change', () => { shown = key; again(); });
    byId('cost-switch').append(make('label', {}, input, make('span', {textContent: cost.name})));
  }
  draw('front', () => frontConfiguration(shown));
  const again = charts[charts.length - 1];
  const rows = report.candidates.slice().sort((a, b) => int8(a) - int8(b));
  const test = candidate => (candidate.measured.test || {}).mae_int8;
  fillTable(byId('candidates'), [
    ['Model', candidate => {
      const cell = document.createDocumentFragment();
      cell.append(make('span', {className: 'mark', ariaHidden: 'true'}), candidate.name);
      return cell;
    }],
    ['int8 error', candidate => int8(candidate) === undefined ? '–' : error(int8(candidate)), 'number'],
    ['on test cells', candidate => test(candidate) === undefined ? '–' : error(test(candidate)), 'number'],
    ['Flash, B', candidate => whole(candidate.flash_bytes), 'number'],
    ['RAM, B', candidate => whole(candidate.ram_bytes), 'number'],
    ['Cycles', candidate => whole(candidate.cycles), 'number'],
    ['ms', candidate => milliseconds(candidate.ms), 'number'],
    ['Verdict', candidate => candidate.reason, 'wide'],
  ], rows, (line, candidate) => {
    line.classList.add(candidate.status);
    line.addEventListener('mouseenter', () => pointOut(candidate));
    line.addEventListener('mouseleave', () => pointOut(null));
  });
}

// ---- Forecasts ----

function drawForecasts() {
  if (!report.forecasts.length) {
    byId('forecast-section').hidden = true;
    return;
  }
  for (const example of report.forecasts) {
    const canvas = make('canvas', {role: 'img', ariaLabel: `Forecasts for ${example.cell} after cycle ${example.cycle}`});
    const baseline = example.baseline;
    byId('forecasts').append(make('figure', {},
        make('h3', {textContent: `${example.cell}, after cycle ${example.cycle}`}),
        make('div', {className: 'plot'}, canvas),
        make('figcaption', {textContent: `Mean error: int8 ${error(example.int8.mae)}, float ${error(example.float.mae)}` +
            (baseline ? `, ${baseline.name} ${error(baseline.mae)}` : '')})));
    const from = example.cycle - example.window.length;
    const line = (label, values, start, name, extra) => ({
      label, data: values.map((y, i) => ({x: start + i + 1, y})), borderColor: colour(name), backgroundColor: colour(name),
      borderWidth: 2, pointRadius: 0, pointHitRadius: 6, pointStyle: 'line', ...extra,
    });
    draw(canvas, () => ({
      type: 'line',
      data: {datasets: [
        line('float', example.float.values, example.cycle, 'float', {borderDash: [3, 5]}),
        line('int8', example.int8.values, example.cycle, 'chosen', {borderWidth: 3}),
        line('truth', example.truth, example.cycle, 'truth'),
        line('window', example.window, from, 'past'),
        ...(baseline ? [line(baseline.name, baseline.values, example.cycle, 'baseline', {borderDash: [2, 3], borderWidth: 1.5})] : []),
      ]},
      options: {
        interaction: {mode: 'nearest', intersect: false},
        plugins: {tooltip: tooltip((raw, point) => [point.dataset.label, `cycle ${raw.x}: SOH ${raw.y.toFixed(4)}`])},
        scales: {
          x: {type: 'linear', title: {display: true, text: 'cycle'}, ticks: {maxTicksLimit: 6, callback: whole}},
          y: {title: {display: true, text: 'SOH'}, ticks: {maxTicksLimit: 6, callback: fixed(2)}},
        },
      },
    }));
  }
}

// ---- Layers ----

function drawLayers() {
  const {layers} = report;
  fillTable(byId('layers'), [
    ['Operation', layer => layer.name ? `${layer.name} · ${layer.operation}` : layer.operation],
    ['Shape', layer => layer.rows ? `${layer.rows} × ${layer.columns}` : ''],
    ['Packing', layer => layer.packing ? layer.packing.replaceAll('_', ' ') : ''],
    ['Non-zero', layer => layer.density === undefined ? '' : percent(layer.density), 'number'],
    ['Runs', layer => whole(layer.times), 'number'],
    ['MACs', layer => layer.macs ? whole(layer.macs) : '', 'number'],
    ['Instructions', layer => whole(layer.instructions), 'number'],
    ['Share', layer => {
      const share = layer.instructions / selected.instructions;
      return make('div', {className: 'share'}, make('span', {textContent: percent(share)}), bar(share));
    }],
  ], layers, (line, layer) => {
    if (layer.times > 1) line.firstChild.classList.add('inner');
  });
}

// ---- Memory ----

function drawMemory() {
  const {memory} = report;
  byId('memory-text').textContent = `The state that the caller owns takes ${bytes(memory.state_bytes)}, ` +
      `${bytes(memory.arena_bytes)} of it for vectors that live only while a forecast is made; the stack takes ` +
      `${bytes(memory.stack_bytes)} more` +
      (memory.table_ram_bytes ? `, and constant tables in RAM ${bytes(memory.table_ram_bytes)}` : '') + '. Buffers are used again when their vector is read no more.';
  const step = index => {
    const {operation, name} = memory.steps[Math.min(index, memory.steps.length - 1)];
    return `${index}: ${name ? `${name} · ${operation}` : operation}`;
  };
  const label = buffer => `${buffer.name}, ${bytes(buffer.bytes)}`;
  byId('memory-plot').style.height = `${90 + 28 * memory.buffers.length}px`;
  draw('memory', () => ({
    type: 'bar',
    data: {
      labels: memory.buffers.map(label),
      datasets: [{
        label: 'lifetimes',
        data: memory.buffers.flatMap(buffer => buffer.lifetimes.map(([first, last]) =>
            ({x: [first, last + 1], y: label(buffer), buffer, first, last}))),
        backgroundColor: colour('accent'), borderColor: colour('card'), borderWidth: 2, borderSkipped: false, borderRadius: 5,
        barThickness: 16,
      }],
    },
    options: {
      indexAxis: 'y',
      plugins: {
        legend: {display: false},
        tooltip: tooltip(raw => [`${raw.buffer.name}: ${raw.buffer.elements} × int${raw.buffer.bits}`,
          `from ${step(raw.first)}`, `to ${step(raw.last)}`]),
      },
      scales: {
        x: {min: 0, max: memory.steps.length, title: {display: true, text: 'operation of the forecast, in order'}, ticks: {maxTicksLimit: 12, precision: 0, includeBounds: false}},
        y: {grid: {display: false}},
      },
    },
  }));
  fillTable(byId('buffers'), [
    ['Buffer', buffer => buffer.name],
    ['Elements', buffer => `${whole(buffer.elements)} × int${buffer.bits}`, 'number'],
    ['Bytes', buffer => whole(buffer.bytes), 'number'],
    ['Holds values from - to', buffer => buffer.lifetimes.map(([first, last]) => `${step(first)} – ${step(last)}`).join('; '), 'wide'],
  ], memory.buffers);
}

// ---- Quantization ----

function drawQuantization() {
  const {windows, values} = report.quantization;
  byId('quantization-text').textContent =
      'The 16-bit values: what their format can hold, what they held in training where that was recorded, and what they ' +
      `hold on ${whole(windows)} windows of simulated cells, where the network runs in float. What would fall outside is ` +
      'clipped. Clipping before a table is meant: the function is flat there. 32-bit values are proved to fit.';
  const bound = report.error_bound;
  byId('bound-text').textContent =
      `Proved: on every window where nothing else is clipped, the int8 forecast is within ${error(bound.greatest)} of the ` +
      `float one, and within ${error(bound.mean)} on average over the horizon. The proof takes every rounding at its worst, ` +
      'at every step; what was measured is far less.';
  fillTable(byId('formats'), [
    ['Value', value => `${value.name} · ${value.operation}`],
    ['Can hold', value => interval([value.low, value.high]), 'number'],
    ['In training', value => interval(value.recorded), 'number'],
    ['On simulated cells', value => interval(value.seen), 'number'],
    ['Clipped', value => {
      if (value.clipped === undefined) return '–';
      const text = percent(value.clipped) + (value.clipped && value.into_table ? ', before a table' : '');
      return make('span', {className: value.clipped && !value.into_table ? 'warn' : '', textContent: text});
    }, 'number'],
  ], values);
}

// ---- Compile time ----

function drawCompilation() {
  const {seconds, passes} = report.compilation;
  const inPasses = passes.reduce((sum, pass) => sum + pass.seconds, 0);
  byId('compilation-text').textContent = `${seconds.toFixed(2)} s for ${report.candidates.length} ` +
      `candidate${report.candidates.length > 1 ? 's' : ''}, ${inPasses.toFixed(2)} s of it in passes; the rest is reading, ` +
      'importing and verifying.';
  byId('passes-plot').style.height = `${70 + 24 * passes.length}px`;
  draw('passes', () => ({
    type: 'bar',
    data: {
      labels: passes.map(pass => pass.name),
      datasets: [{label: 'ms', data: passes.map(pass => 1e3 * pass.seconds), backgroundColor: colour('accent'), borderRadius: 4, barThickness: 14}],
    },
    options: {
      indexAxis: 'y',
      plugins: {
        legend: {display: false},
        tooltip: tooltip((raw, point) => {
          const pass = passes[point.dataIndex];
          return [pass.name, `${(1e3 * pass.seconds).toFixed(1)} ms in ${pass.runs} run${pass.runs > 1 ? 's' : ''}`];
        }),
      },
      scales: {x: {title: {display: true, text: 'ms, all models together'}}, y: {grid: {display: false}, ticks: {font: {size: 11}}}},
    },
  }));
  fillTable(byId('pass-table'), [
    ['Pass', pass => pass.name],
    ['Runs', pass => whole(pass.runs), 'number'],
    ['ms', pass => (1e3 * pass.seconds).toFixed(2), 'number'],
    ['Share of all', pass => percent(seconds > 0 ? pass.seconds / seconds : 0), 'number'],
  ], passes);
}

drawHead();
drawFront();
drawForecasts();
drawLayers();
drawMemory();
drawQuantization();
drawCompilation();
const {family} = report;
fill(byId('provenance'), [
  ['Family', `${family.name}, by ${family.producer}`],
  ['Data', `${family.data}; ${family.cells.train} cells trained, ${family.cells.validation} chose, ${family.cells.test} judged (${family.split})`],
  ['SOH', `${family.soh_is}; trained on ${family.trained_soh.map(fixed(3)).join(' to ')}`],
  ['Cleaning', family.cleaning],
  ['Report', report.producer],
]);
})();
