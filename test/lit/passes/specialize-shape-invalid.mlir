// Sizes that contradict each other name both operations; sizes that nothing
// fixes name the value.
// RUN: dlnet-opt %s --pass-pipeline='builtin.module(lnn.model(lnn-specialize-shape))' -split-input-file -verify-diagnostics -allow-unregistered-dialect

lnn.model @two_affines {
^bb0(%window: tensor<2xf32>):
  // expected-note @below {{this makes it 3}}
  %x = lnn.affine(%window) weights [dense<0.5> : tensor<3x2xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<2xf32>) -> tensor<?xf32>
  // expected-error @below {{'lnn.affine' op wants size 0 of 'tensor<?xf32>' to be 4; 'lnn.affine' makes it 3}}
  %y = lnn.affine(%x) weights [dense<0.5> : tensor<1x4xf32>] bias dense<0.0> : tensor<1xf32> : (tensor<?xf32>) -> tensor<1xf32>
  lnn.return %y : tensor<1xf32>
}

// -----

// A state of its own size against weights of another.
lnn.model @state {
^bb0(%window: tensor<2xf32>):
  %zero = lnn.splat 0.0 : tensor<?xf32>
  // expected-error @below {{'lnn.scan' op wants size 0 of 'tensor<?xf32>' to be 2; 'lnn.affine' makes it 3}}
  %state = lnn.scan times 2 from %zero : tensor<?xf32> {
  ^bb0(%x: tensor<?xf32>):
    // expected-note @below {{this makes it 2}}
    // expected-note @below {{this makes it 3}}
    %next = lnn.affine(%x) weights [dense<0.5> : tensor<3x2xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<?xf32>) -> tensor<?xf32>
    lnn.yield %next : tensor<?xf32>
  }
  %forecast = lnn.last %state : tensor<?xf32> -> tensor<1xf32>
  lnn.return %forecast : tensor<1xf32>
}

// -----

// expected-note @below {{this makes it 4}}
lnn.model @operands {
^bb0(%window: tensor<4xf32>):
  // expected-note @below {{this makes it 3}}
  %x = lnn.affine(%window) weights [dense<0.5> : tensor<3x4xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<4xf32>) -> tensor<?xf32>
  // expected-error @below {{'lnn.add' op wants size 0 of 'tensor<?xf32>' to be 4; 'lnn.affine' makes it 3}}
  %forecast = lnn.add %x, %window : tensor<?xf32>, tensor<4xf32> -> tensor<4xf32>
  lnn.return %forecast : tensor<4xf32>
}

// -----

// A result of one element has operands of one element.
lnn.model @result {
^bb0(%window: tensor<4xf32>):
  // expected-note @below {{this makes it 3}}
  %x = lnn.affine(%window) weights [dense<0.5> : tensor<3x4xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<4xf32>) -> tensor<?xf32>
  // expected-error @below {{'lnn.mul' op wants size 0 of 'tensor<?xf32>' to be 1; 'lnn.affine' makes it 3}}
  %forecast = lnn.mul %x, %x : tensor<?xf32>, tensor<?xf32> -> tensor<1xf32>
  lnn.return %forecast : tensor<1xf32>
}

// -----

lnn.model @normalization {
^bb0(%window: tensor<4xf32>):
  // expected-note @below {{this makes it 3}}
  %x = lnn.affine(%window) weights [dense<0.5> : tensor<3x4xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<4xf32>) -> tensor<?xf32>
  // expected-error @below {{'lnn.normalize' op wants size 0 of 'tensor<?xf32>' to be 2; 'lnn.affine' makes it 3}}
  %y = lnn.normalize %x offset [0.0, 0.0] scale [1.0] : tensor<?xf32>
  %forecast = lnn.last %y : tensor<?xf32> -> tensor<1xf32>
  lnn.return %forecast : tensor<1xf32>
}

// -----

lnn.model @columns {
^bb0(%window: tensor<4xf32>):
  // expected-note @below {{this makes it 3}}
  %x = lnn.affine(%window) weights [dense<0.5> : tensor<3x4xf32>] bias dense<0.0> : tensor<3xf32> : (tensor<4xf32>) -> tensor<?xf32>
  // expected-error @below {{'lnn.stack' op wants size 0 of 'tensor<?xf32>' to be 4; 'lnn.affine' makes it 3}}
  %rows = lnn.stack %window, %x : tensor<4xf32>, tensor<?xf32> -> tensor<?x2xf32>
  %forecast = lnn.last %x : tensor<?xf32> -> tensor<1xf32>
  lnn.return %forecast : tensor<1xf32>
}

// -----

// A state that no weight touches may have any size.
lnn.model @free {
^bb0(%window: tensor<2xf32>):
  // expected-error @below {{nothing fixes size 0 of 'tensor<?xf32>', the result of 'lnn.splat'}}
  %zero = lnn.splat 0.0 : tensor<?xf32>
  %state = lnn.scan times 2 from %zero : tensor<?xf32> {
  ^bb0(%x: tensor<?xf32>):
    %next = lnn.activate tanh %x : tensor<?xf32>
    lnn.yield %next : tensor<?xf32>
  }
  %forecast = lnn.last %state : tensor<?xf32> -> tensor<1xf32>
  lnn.return %forecast : tensor<1xf32>
}

// -----

// It may repeat one element, or have two: nobody says.
lnn.model @one_or_two {
^bb0(%window: tensor<2xf32>):
  // expected-error @below {{nothing fixes size 0 of 'tensor<?xf32>', the result of 'lnn.splat'}}
  %half = lnn.splat 0.5 : tensor<?xf32>
  %forecast = lnn.mul %half, %window : tensor<?xf32>, tensor<2xf32> -> tensor<2xf32>
  lnn.return %forecast : tensor<2xf32>
}

// -----

lnn.model @foreign {
^bb0(%window: tensor<2xf32>):
  // expected-error @below {{nothing fixes size 0 of 'tensor<?xf32>', the result of 'test.value'}}
  %x = "test.value"() : () -> tensor<?xf32>
  lnn.return %window : tensor<2xf32>
}

// -----

lnn.model @body {
^bb0(%window: tensor<2xf32>):
  "test.region"() ({
  // expected-error @below {{nothing fixes size 0 of 'tensor<?xf32>', taken by the body of 'test.region'}}
  ^bb0(%x: tensor<?xf32>):
    "test.end"() : () -> ()
  }) : () -> ()
  lnn.return %window : tensor<2xf32>
}

// -----

// Each size is possible, their product is not.
lnn.model @elements {
^bb0(%window: tensor<65536xf32>):
  // expected-error @below {{sizes of 1 to 65536 and at most 4194304 elements are possible, not 'tensor<65536x65xf32>'}}
  %rows = lnn.stack %window : tensor<65536xf32> -> tensor<?x65xf32>
  %forecast = lnn.last %window : tensor<65536xf32> -> tensor<1xf32>
  lnn.return %forecast : tensor<1xf32>
}
