/**
 * A look-alike of cars_annos.mat as SciPy 1.17 writes it: savemat(file, {'annotations': a, 'class_names': names, 'scale': [[1.5, -2], [3e10, 0]],
 * 'flag': [[True]]}, do_compression=True), where a [1, 4] has the fields of Cars196: pictures car_ims/000001.jpg to 000004.jpg, classes 1 1 2 2, test 0 1 0 1.
 */
export const carsMat = Buffer.from(
  'TUFUTEFCIDUuMCBNQVQtZmlsZSBQbGF0Zm9ybTogcG9zaXgsIENyZWF0ZWQgb246IFN1biBOb3YgMjIgMTk6MzI6NDAgMjAyNgAAAAAAAAAAAA' +
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSU0PAAAA3QAAAHic7VJ/C4IwEL3Z+oUg1eeIUusD9GffQqZIGabi' +
    'Rtm376yZJkKwRVD04HHbbe/07s0CgM0QYIBxhDTgjr7cEySV0USyJEkFE1GacHmPwlSen5F5GOPpKfSio5cxsQffTwuvcOCBW+LSThRu+0YjEc' +
    'SMc2hAhFzAEyzkFuo+aEcfMxlLTOQ+YDn+Kl/aJZzFIdvV9exGvXFHPdKoZ+CKKOqMDp35QkdRNSdq36Mf7q+ap7Y/rp4/XXP++1PrtP1Z6fnT' +
    'U9R9iz+q76+ap7Y/az1/3tn3L/lTrq+Usz7fDwAAAHQAAAB4nONjYGB4AMRsQMwBxIwMEMCKxGeC0txAnJyTWFwcn5eYm1oMVscHxAFI+lmw6J' +
    'dCMlcAynf0VXBPzUstSsxR8CjNzU0tUggODVMwMjAwYICb60HAXCE0c4WB+OiC7PyURAX/5JLEssxEkIHmYHkATysV4A8AAAA3AAAAeJzjY2Bg' +
    'iABiNiDmgNIgwArlM0ExI1SsODkxJxVIcwKxAgMM/LAHEhv6Pkg7QQUOwGQA7K4HRQ8AAAAnAAAAeJzjY2BgMABiNiDmAGJOJgYwYIXyGeGYhS' +
    'EtJzGdCcgC8QEkIQIK',
  'base64',
)
