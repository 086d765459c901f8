/**
 * A look-alike of cars_annos.mat as SciPy 1.17 writes it: savemat(file, {'annotations': a, 'class_names': names, 'scale': [[1.5, -2], [3e10, 0]],
 * 'flag': [[True]]}, do_compression=True), where a [1, 6] has the fields of Cars196: pictures car_ims/000001.jpg to 000006.jpg, classes 1 1 2 2 3 3, test 0 1 0 1 0 1.
 */
export const carsMat = Buffer.from(
  'TUFUTEFCIDUuMCBNQVQtZmlsZSBQbGF0Zm9ybTogcG9zaXgsIENyZWF0ZWQgb246IFN1biBOb3YgMjIgMTk6NDU6NTYgMjAyNgAAAAAAAAAAAA' +
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSU0PAAAA/QAAAHic7ZT/CoIwEMdPM6kEqZ4jKu3HM/QWskT6Qam4' +
    'UfZfj95ZMy2EYCdR0cGx7bbv6d1nagPAuQNg4thC1+FmTbnW4LaXjRY6C8NIMLGJQi7PGdCT+0f0JNjh7iHwNnsvZmINy2WUeqkDd7sGTs+B1H' +
    '0+UQr4O8Y5lEwEXMCD2egLKOowKuroyzGzrlz7LMFX5aNxZs5wG6+KfONSvnZFPq2UT8eZpqjTK3TWC52BqoGm9jzjzfXl/STzcWl8qvr851Po' +
    'yHwmND4NRd238FG9f3k/yXymND511v1LfGr7fmY0Ps0a6/5EPqr/h7yfZD5zGh9TUffrfLL5Bdb+UR8PAAAAjgAAAHic42NgYDBgZGBgA9IcQA' +
    'xkggErEp8ZSnMDcXJOYnFxfF5ibmoxWB0fEAcwIPSzYNEvhWSuAJTv6KvgnpqXWpSYo+BRmpubWqQQHBqmYGRgYMAAN9eDgLlCaOYKA/HRBdn5' +
    'KYkK/skliWWZiSADzYk2TxDNPBC/ODexqEQhLb+opDwfaJqhEVQeAN+SG6gPAAAANwAAAHic42NgYIgAYjYg5oDSIMAK5TNBMSNUrDg5MScVSH' +
    'MCsQIDDPywBxIb+j5IO0EFDsBkAOyuB0UPAAAAJwAAAHic42NgYDAAYjYg5gBiTiYGMGCF8hnhmIUhLScxnQnIAvEBJCECCg==',
  'base64',
)
