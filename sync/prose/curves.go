package prose

// logistic is 4096 / (1 + e^(-x/2)) for x from -16 to 16, rounded and kept
// within 1 to 4095. It is written down because the exponential functions of two
// machines may differ in the last bit.
var logistic = [33]int32{1, 2, 4, 6, 10, 17, 27, 45, 74, 120, 194, 311, 488, 747, 1102, 1546, 2048, 2550, 2994, 3349, 3608, 3785, 3902, 3976, 4022, 4051, 4069, 4079, 4086, 4090, 4092, 4094, 4095}

// squash turns a logit (256 is 1) into a probability in 4096ths.
func squash(d int32) int32 {
	at, share := (d+2048)>>7, (d+2048)&127
	return (logistic[at]*(128-share) + logistic[at+1]*share + 64) >> 7
}

// stretched is the inverse of squash: of the logits with a probability, the
// first.
var stretched = func() (t [4096]int16) {
	next := int32(0)
	for d := int32(-2047); d <= 2047; d++ {
		for p := squash(d); next <= p; next++ {
			t[next] = int16(d)
		}
	}
	for ; next < 4096; next++ {
		t[next] = 2047
	}
	return t
}()

// steps is how far a node moves, in 65536ths of the way, by its count.
var steps = func() (t [16]uint32) {
	for n := range t {
		t[n] = 262144 / uint32(4*n+5)
	}
	return t
}()
