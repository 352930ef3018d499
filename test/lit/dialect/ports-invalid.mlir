// A model's ports, and the values that belong to them.
// RUN: dlnet-opt %s -split-input-file -verify-diagnostics

#u = #lnn.port<current, "A", -2.0, 2.0, 0.001, window>
#y = #lnn.port<soc, "", 0.0, 1.0, 0.001, once>
// model_c1: a port for each argument
// expected-error @below {{has 1 input ports and takes 2 arguments; expected one for each, and one at least}}
lnn.model @m attributes {inputs = [#u], outputs = [#y]} {
^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

#u = #lnn.port<current, "A", -2.0, 2.0, 0.001, window>
#y = #lnn.port<soc, "", 0.0, 1.0, 0.001, once>
// model_c1: a port for each returned value
// expected-error @below {{has 1 output ports and returns 2 values; expected one for each, and one at least}}
lnn.model @m attributes {inputs = [#u], outputs = [#y]} {
^bb0(%a: tensor<4xf32>):
  lnn.return %a, %a : tensor<4xf32>, tensor<4xf32>
}

// -----

#u = #lnn.port<current, "A", -2.0, 2.0, 0.001, step>
// model_c2: a stream's rows are as many as come
// expected-error @below {{has a port current of rate step and type 'tensor<4x2xf32>'; expected ?xCxN of 'f32'}}
lnn.model @m attributes {inputs = [#u], outputs = [#u]} {
^bb0(%a: tensor<4x2xf32>):
  lnn.return %a : tensor<4x2xf32>
}

// -----

#u = #lnn.port<current, "A", -2.0, 2.0, 0.001, window>
#k = #lnn.port<offset, "A", -2.0, 2.0, 0.001, once>
#y = #lnn.port<soc, "", 0.0, 1.0, 0.001, once>
// model_c2: of one level
// expected-error @below {{has a port offset of rate once and type 'tensor<1xi16>'; expected CxN of 'f32'}}
lnn.model @m attributes {inputs = [#u, #k], outputs = [#y]} {
^bb0(%a: tensor<4xf32>, %b: tensor<1xi16>):
  lnn.return %a : tensor<4xf32>
}

// -----

#u = #lnn.port<current, "A", -2.0, 2.0, 0.001, window>
#y = #lnn.port<soc, "", 0.0, 1.0, 0.001, once>
// model_c7
// expected-error @below {{has ports, whose scales replace fraction_bits}}
lnn.model @m attributes {fraction_bits = 12 : i32, inputs = [#u], outputs = [#y]} {
^bb0(%a: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

#u = #lnn.port<current, "A", -2.0, 2.0, 0.001, window>
#y = #lnn.port<current, "A", -2.0, 2.0, 0.001, once>
// model_c8
// expected-error @below {{has two ports named current}}
lnn.model @m attributes {inputs = [#u], outputs = [#y]} {
^bb0(%a: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

#u = #lnn.port<x, "A", -2.0, 2.0, 0.001, step>
#y = #lnn.port<y, "", 0.0, 1.0, 0.001, step>
// model_c9: no scan
// expected-error @below {{is a stream, so it must hold constants and one lnn.scan, and nothing else}}
lnn.model @m attributes {inputs = [#u], outputs = [#y]} {
^bb0(%a: tensor<?x2xf32>):
  lnn.return %a : tensor<?x2xf32>
}

// -----

#u = #lnn.port<x, "A", -2.0, 2.0, 0.001, step>
#v = #lnn.port<v, "A", -2.0, 2.0, 0.001, step>
#y = #lnn.port<y, "", 0.0, 1.0, 0.001, step>
// model_c9: an input is left out
// expected-error @below {{is a stream, so its scan must walk its inputs, in their order}}
lnn.model @m attributes {inputs = [#u, #v], outputs = [#y]} {
^bb0(%a: tensor<?x2xf32>, %b: tensor<?x1xf32>):
  %0 = lnn.constant dense<0.0> : tensor<2xf32>
  %h, %r = lnn.scan over %a : tensor<?x2xf32> from %0 : tensor<2xf32> gives tensor<?x2xf32> {
  ^bb0(%u: tensor<2xf32>, %x: tensor<2xf32>):
    lnn.yield %u, %x : tensor<2xf32>, tensor<2xf32>
  }
  lnn.return %r : tensor<?x2xf32>
}

// -----

#u = #lnn.port<x, "A", -2.0, 2.0, 0.001, step>
#y = #lnn.port<y, "", 0.0, 1.0, 0.001, step>
// model_c9: returns its input
// expected-error @below {{is a stream, so it must return the outputs of its scan, in their order}}
lnn.model @m attributes {inputs = [#u], outputs = [#y]} {
^bb0(%a: tensor<?x2xf32>):
  %0 = lnn.constant dense<0.0> : tensor<2xf32>
  %h, %r = lnn.scan over %a : tensor<?x2xf32> from %0 : tensor<2xf32> gives tensor<?x2xf32> {
  ^bb0(%u: tensor<2xf32>, %x: tensor<2xf32>):
    lnn.yield %u, %x : tensor<2xf32>, tensor<2xf32>
  }
  lnn.return %a : tensor<?x2xf32>
}

// -----

#u = #lnn.port<x, "A", -2.0, 2.0, 0.001, step>
#n = #lnn.port<n, "", 0.0, 9.0, 1.0, count>
#y = #lnn.port<y, "", 0.0, 1.0, 0.001, step>
// model_c9: counts are for windows
// expected-error @below {{is a stream and has an input port n of rate count; expected step}}
lnn.model @m attributes {inputs = [#u, #n], outputs = [#y]} {
^bb0(%a: tensor<?x2xf32>, %n: tensor<1xf32>):
  lnn.return %a : tensor<?x2xf32>
}

// -----

#u = #lnn.port<x, "", -2.0, 2.0, 0.001, window, scores>
#y = #lnn.port<y, "", 0.0, 1.0, 0.001, once>
// model_c10
// expected-error @below {{has scores as an input, x}}
lnn.model @m attributes {inputs = [#u], outputs = [#y]} {
^bb0(%a: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

#n = #lnn.port<n, "", 0.0, 9.0, 1.0, count>
#k = #lnn.port<k, "", 0.0, 9.0, 1.0, count>
#y = #lnn.port<y, "", 0.0, 1.0, 0.001, once>
// model_c11
// expected-error @below {{has two ports that count}}
lnn.model @m attributes {inputs = [#n, #k], outputs = [#y]} {
^bb0(%a: tensor<1xf32>, %b: tensor<1xf32>):
  lnn.return %a : tensor<1xf32>
}

// -----

#u = #lnn.port<x, "", -2.0, 2.0, 0.001, window>
#y = #lnn.port<y, "", 0.0, 1.0, 0.001, window>
// model_c12
// expected-error @below {{has an output port y of rate window; expected once}}
lnn.model @m attributes {inputs = [#u], outputs = [#y]} {
^bb0(%a: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}
