// The interface of a model without ports: one window in, and perhaps an age; a
// horizon out.
// RUN: dlnet-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// model_c1
// expected-error @below {{takes a window, and an age if it reads one, not 3 arguments}}
lnn.model @m {
^bb0(%a: tensor<4xf32>, %b: tensor<1xf32>, %c: tensor<1xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

// model_c1: none
// expected-error @below {{takes a window, and an age if it reads one, not 0 arguments}}
lnn.model @m {
  %0 = lnn.constant dense<0.0> : tensor<1xf32>
  lnn.return %0 : tensor<1xf32>
}

// -----

// model_c2: rank
// expected-error @below {{takes a window of rank 1, of f32 or i16 and of a known size from 1 to 65536, not}}
lnn.model @m {
^bb0(%a: tensor<4x1xf32>):
  %0 = lnn.constant dense<0.0> : tensor<1xf32>
  lnn.return %0 : tensor<1xf32>
}

// -----

// model_c2: known size
// expected-error @below {{takes a window of rank 1}}
lnn.model @m {
^bb0(%a: tensor<?xf32>):
  %0 = lnn.constant dense<0.0> : tensor<1xf32>
  lnn.return %0 : tensor<1xf32>
}

// -----

// model_c2: element type
// expected-error @below {{takes a window of rank 1}}
lnn.model @m {
^bb0(%a: tensor<4xi32>):
  %0 = lnn.constant dense<0> : tensor<1xi32>
  lnn.return %0 : tensor<1xi32>
}

// -----

// model_c2: not empty
// expected-error @below {{takes a window of rank 1}}
lnn.model @m {
^bb0(%a: tensor<0xf32>):
  %0 = lnn.constant dense<0.0> : tensor<1xf32>
  lnn.return %0 : tensor<1xf32>
}

// -----

// model_c2: no tensor
// expected-error @below {{takes a window of rank 1}}
lnn.model @m {
^bb0(%a: index):
  %0 = lnn.constant dense<0.0> : tensor<1xf32>
  lnn.return %0 : tensor<1xf32>
}

// -----

// model_c3
// expected-error @below {{must end with lnn.return}}
lnn.model @m {
^bb0(%a: tensor<4xf32>):
  "test.end"() : () -> ()
}

// -----

// model_c3: empty body
// expected-error @below {{'lnn.model' op expects a non-empty block}}
"lnn.model"() ({
^bb0(%a: tensor<4xf32>):
}) {sym_name = "m"} : () -> ()

// -----

// model_c4
// expected-error @below {{takes 'f32' and returns 'i16'; both must be of the same level}}
lnn.model @m {
^bb0(%a: tensor<4xf32>):
  %0 = lnn.constant dense<0> : tensor<1xi16>
  lnn.return %0 : tensor<1xi16>
}

// -----

// model_c5
// expected-error @below {{must return a horizon of known size}}
lnn.model @m {
^bb0(%a: tensor<4xf32>):
  %0 = lnn.block_mean %a : tensor<4xf32> -> tensor<?xf32>
  lnn.return %0 : tensor<?xf32>
}

// -----

// model_c6: one element
// expected-error @below {{takes an age of 'tensor<4xf32>'; expected 'tensor<1xf32>'}}
lnn.model @m {
^bb0(%a: tensor<4xf32>, %age: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}

// -----

// model_c6: of the same level
// expected-error @below {{takes an age of 'tensor<1xi32>'; expected 'tensor<1xi16>'}}
lnn.model @m {
^bb0(%a: tensor<4xi16>, %age: tensor<1xi32>):
  lnn.return %a : tensor<4xi16>
}

// -----

// model_c6: no tensor
// expected-error @below {{takes an age of 'index'; expected 'tensor<1xf32>'}}
lnn.model @m {
^bb0(%a: tensor<4xf32>, %age: index):
  lnn.return %a : tensor<4xf32>
}

// -----

// fraction_bits
// expected-error @below {{attribute 'fraction_bits' failed to satisfy constraint}}
"lnn.model"() ({
^bb0(%a: tensor<4xf32>):
  lnn.return %a : tensor<4xf32>
}) {sym_name = "m", fraction_bits = 16 : i32} : () -> ()

// -----

// a model sees nothing outside of it
%0 = lnn.constant dense<0.0> : tensor<1xf32>
// expected-note @below {{required by region isolation constraints}}
lnn.model @m {
^bb0(%a: tensor<4xf32>):
  // expected-error @below {{using value defined outside the region}}
  lnn.return %0 : tensor<1xf32>
}

// -----

// lnn.return ends models only
// expected-error @below {{expects parent op 'lnn.model'}}
lnn.return %x : tensor<1xf32>
%x = "test.value"() : () -> tensor<1xf32>
